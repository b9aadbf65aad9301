/** An ONNX graph under construction, and its bytes. */
import protobuf from 'protobufjs'

/** The part of onnx.proto that we write (github.com/onnx/onnx, onnx/onnx.proto). */
const schema = `
syntax = "proto2";
message Model {
  optional int64 ir_version = 1;
  optional string producer_name = 2;
  optional Graph graph = 7;
  repeated OperatorSet opset_import = 8;
}
message OperatorSet { optional string domain = 1; optional int64 version = 2; }
message Graph {
  repeated Node node = 1;
  optional string name = 2;
  repeated Tensor initializer = 5;
  repeated Value input = 11;
  repeated Value output = 12;
}
message Node {
  repeated string input = 1;
  repeated string output = 2;
  optional string name = 3;
  optional string op_type = 4;
  repeated Attribute attribute = 5;
  optional string domain = 7;
}
message Attribute {
  optional string name = 1;
  optional int64 i = 3;
  optional Graph g = 6;
  repeated int64 ints = 8;
  optional int32 type = 20;
}
message Tensor {
  repeated int64 dims = 1;
  optional int32 data_type = 2;
  optional string name = 8;
  optional bytes raw_data = 9;
}
message Value { optional string name = 1; optional Type type = 2; }
message Type { optional TensorType tensor_type = 1; }
message TensorType { optional int32 elem_type = 1; optional Shape shape = 2; }
message Shape { repeated Dimension dim = 1; }
message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
`

/** In the file: its name, and its shape for one photo. */
export interface Value {
  readonly name: string
  readonly shape: readonly number[]
}

/** TensorProto.DataType */
export const FLOAT = 1
export const FLOAT16 = 10
const [UINT8, INT8, INT32, INT64, BOOL] = [2, 3, 6, 7, 9]
type Values = Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array

function typeOf(values: Values): number {
  if (values instanceof Float32Array) return FLOAT
  if (values instanceof Uint8Array) return UINT8
  if (values instanceof Int8Array) return INT8
  return values instanceof Int32Array ? INT32 : INT64
}

/** AttributeProto.AttributeType */
const attributeType = { int: 2, graph: 5, ints: 7 }

const IR_VERSION = 8
/** The first in which all reductions take their axes as an input. */
const OPSET = 18
/** Operators of onnxruntime's own. */
const CONTRIB = 'com.microsoft'

/** How many photos are in what is computed only when it is asked for: all or none. */
export const ASKED = 'asked'

type Attributes = Readonly<Record<string, number | readonly number[] | OnnxGraph>>

export class OnnxGraph {
  readonly #nodes: object[] = []
  readonly #initializers: object[] = []
  readonly #inputs: object[] = []
  readonly #outputs: object[] = []
  readonly #flags = new Set<string>()
  /** Of a graph and its branches together: names in these must be no other's. */
  #count = { unnamed: 0 }

  /**
   * @param type with `com.microsoft.` in front where it is onnxruntime's own
   * @returns the name of its one output
   */
  node(type: string, inputs: readonly string[], attributes: Attributes = {}, name = this.#name(type)): string {
    this.#nodes.push({
      name,
      opType: type.slice(type.lastIndexOf('.') + 1),
      ...(type.startsWith(`${CONTRIB}.`) && { domain: CONTRIB }),
      input: inputs,
      output: [name],
      attribute: Object.entries(attributes).map(([key, value]) => {
        if (value instanceof OnnxGraph) return { name: key, g: value.#described('branch'), type: attributeType.graph }
        return typeof value === 'number'
          ? { name: key, i: value, type: attributeType.int }
          : { name: key, ints: value, type: attributeType.ints }
      }),
    })
    return name
  }

  constant(values: Values, shape: readonly number[], name = this.#name('constant')): string {
    this.#initializers.push({
      name,
      dims: shape,
      dataType: typeOf(values),
      rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    })
    return name
  }

  integers(...values: number[]): string {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length])
  }

  /** @param shape of one photo; N photos come in. */
  input(name: string, shape: readonly number[]): string {
    this.#inputs.push(batchOf(name, shape, FLOAT, 'N'))
    return name
  }

  /** @param photos how many are in it, by a name that stands for the number */
  output(from: string, name: string, shape: readonly number[], elemType: number, photos = 'N'): void {
    this.node('Identity', [from], {}, name)
    this.#outputs.push(batchOf(name, shape, elemType, photos))
  }

  /**
   * What is computed only when the boolean input `flag` is true; otherwise it is there for no photo.
   * @param write into the branch, which may use all that is in this graph so far
   */
  when(flag: string, write: (branch: OnnxGraph) => Value): Value {
    if (!this.#flags.has(flag)) this.#inputs.push(typed(flag, BOOL, []))
    this.#flags.add(flag)
    const [then, otherwise] = [this.#branch(), this.#branch()]
    const { name, shape } = write(then)
    then.output(name, this.#name('then'), shape, FLOAT, ASKED)
    const nothing = otherwise.constant(new Float32Array(), [0, ...shape])
    otherwise.output(nothing, this.#name('otherwise'), shape, FLOAT, ASKED)
    return { name: this.node('If', [flag], { then_branch: then, else_branch: otherwise }), shape }
  }

  encode(producer: string): Uint8Array {
    const Model = protobuf.parse(schema).root.lookupType('Model')
    return Model.encode(
      Model.fromObject({
        irVersion: IR_VERSION,
        producerName: producer,
        opsetImport: [
          { domain: '', version: OPSET },
          { domain: CONTRIB, version: 1 },
        ],
        graph: this.#described('network'),
      }),
    ).finish()
  }

  #described(name: string) {
    return {
      name,
      node: this.#nodes,
      initializer: this.#initializers,
      input: this.#inputs,
      output: this.#outputs,
    }
  }

  #branch(): OnnxGraph {
    const branch = new OnnxGraph()
    branch.#count = this.#count
    return branch
  }

  #name(kind: string) {
    return `${kind}_${++this.#count.unnamed}`
  }
}

const typed = (name: string, elemType: number, dim: readonly object[]) => ({
  name,
  type: { tensorType: { elemType, shape: { dim } } },
})

const batchOf = (name: string, shape: readonly number[], elemType: number, photos: string) =>
  typed(name, elemType, [{ dimParam: photos }, ...shape.map((length) => ({ dimValue: length }))])
