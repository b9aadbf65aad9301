-- CreateTable
CREATE TABLE "ImportedFile" (
    "root" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "modifiedMs" DOUBLE PRECISION NOT NULL,
    "photoId" INTEGER,
    "refused" TEXT,

    CONSTRAINT "ImportedFile_pkey" PRIMARY KEY ("root","path")
);

-- CreateTable
CREATE TABLE "ImportReport" (
    "versionId" INTEGER NOT NULL,
    "files" INTEGER NOT NULL,
    "refused" INTEGER NOT NULL,
    "findings" JSONB NOT NULL,

    CONSTRAINT "ImportReport_pkey" PRIMARY KEY ("versionId")
);

-- CreateIndex
CREATE INDEX "VersionEntry_versionId_classLabel_id_idx" ON "VersionEntry"("versionId", "classLabel", "id");

-- AddForeignKey
ALTER TABLE "ImportedFile" ADD CONSTRAINT "ImportedFile_photoId_fkey" FOREIGN KEY ("photoId") REFERENCES "Photo"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ImportReport" ADD CONSTRAINT "ImportReport_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "DatasetVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Written by hand from here on: near copies by index. Two hashes of 256 bits that differ in at most 40 (photos/
-- perceptual-hash.ts) differ in at most 2 bits of at least one of 14 bands (photos/near-copies.ts has the same bands).

-- The value of each band, with the band's number above it.
CREATE FUNCTION "near_bands"(hash TEXT) RETURNS INTEGER[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
  SELECT array_agg((band << 19) | substring(('x' || hash)::bit(256) FROM band * 256 / 14 + 1
    FOR (band + 1) * 256 / 14 - band * 256 / 14)::integer)
  FROM generate_series(0, 13) band
$$;

-- Every value that a near copy may have in some band: those with at most two bits flipped. One array a band: GIN compares
-- each row it finds with all keys of a search, so one search for all 2,500 values takes four times as long as 14 for 180.
CREATE FUNCTION "near_probes"(hash TEXT) RETURNS SETOF INTEGER[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 14 AS $$
  SELECT array_agg(value # mask)
  FROM unnest("near_bands"(hash)) WITH ORDINALITY AS bands (value, place),
  LATERAL (SELECT (place * 256 / 14 - (place - 1) * 256 / 14)::integer AS width) band,
  LATERAL (
    SELECT 0 AS mask
    UNION ALL SELECT 1 << i FROM generate_series(0, width - 1) i
    UNION ALL SELECT (1 << i) | (1 << j) FROM generate_series(1, width - 1) i, LATERAL generate_series(0, i - 1) j
  ) masks
  GROUP BY place
$$;

CREATE FUNCTION "near_distance"(a TEXT, b TEXT) RETURNS INTEGER LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT bit_count(('x' || a)::bit(256) # ('x' || b)::bit(256))::integer
$$;

CREATE INDEX "Photo_near_bands" ON "Photo" USING gin ("near_bands"("perceptualHash"));

-- Entries that came from review are few and come last; the first page of them must not read all others.
CREATE INDEX "VersionEntry_reviewed" ON "VersionEntry" ("versionId", "id", (true)) WHERE "sourceImageId" IS NOT NULL;
