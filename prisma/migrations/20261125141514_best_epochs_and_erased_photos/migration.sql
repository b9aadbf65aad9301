-- AlterTable
ALTER TABLE "RunEpoch" ADD COLUMN     "best" BOOLEAN;

-- Two versions of a line differ by what was erased between them: found without a look at all photos. Prisma's schema has no
-- words for an index of some rows.
CREATE INDEX "Photo_erasedAt_idx" ON "Photo"("erasedAt") WHERE "erasedAt" IS NOT NULL;
