ALTER TABLE "AccessToken" ALTER COLUMN "createdAt" SET DEFAULT clock_timestamp();
ALTER TABLE "DatasetClass" ALTER COLUMN "createdAt" SET DEFAULT clock_timestamp();
ALTER TABLE "DatasetVersion" ALTER COLUMN "createdAt" SET DEFAULT clock_timestamp();
ALTER TABLE "IdempotencyKey" ALTER COLUMN "createdAt" SET DEFAULT clock_timestamp();
ALTER TABLE "Image" ALTER COLUMN "createdAt" SET DEFAULT clock_timestamp();
ALTER TABLE "Photo" ALTER COLUMN "createdAt" SET DEFAULT clock_timestamp();
ALTER TABLE "RunEvent" ALTER COLUMN "at" SET DEFAULT clock_timestamp();
ALTER TABLE "TrainingRun" ADD COLUMN     "attempt" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "leaseUntil" TIMESTAMPTZ(3),
ADD COLUMN     "owner" TEXT,
ALTER COLUMN "createdAt" SET DEFAULT clock_timestamp();
ALTER TABLE "VersionEntry" ALTER COLUMN "addedAt" SET DEFAULT clock_timestamp();
