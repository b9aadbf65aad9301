/** Where the network looked, over the photo: from nothing to the accent colour, smoothed by the browser as it enlarges. */
import { useEffect, useRef } from 'react'
import classes from './classify.module.css'

interface HeatOverlayProps {
  width: number
  height: number
  /** Row by row from the top left corner, 0 to 1. */
  values: readonly number[]
}

/** Yellow through red, as heat is drawn, over light and dark alike: the photo is seen through it, and what has no part in it stays as it is. */
const colour = (value: number): [number, number, number, number] => [255, 225 - 205 * value, 20, 125 * value]

export function HeatOverlay({ width, height, values }: HeatOverlayProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const picture = context.createImageData(width, height)
    values.forEach((value, i) => picture.data.set(colour(value), i * 4))
    context.putImageData(picture, 0, 0)
  }, [width, height, values])
  return <canvas ref={canvas} className={classes.heat} width={width} height={height} aria-hidden />
}
