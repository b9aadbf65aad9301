-- An erased photo's bytes are gone when this says so: until then whoever finishes erasing looks at it. What was erased so far is
-- looked at once more.
ALTER TABLE "Photo" ADD COLUMN     "bytesGoneAt" TIMESTAMPTZ(3);

-- By hand: of a million photos and all that were ever erased, those that are not finished.
CREATE INDEX "Photo_erasing_idx" ON "Photo"("id") WHERE "erasedAt" IS NOT NULL AND "bytesGoneAt" IS NULL;
