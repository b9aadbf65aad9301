-- CreateEnum
CREATE TYPE "Split" AS ENUM ('TRAIN', 'VAL', 'TEST');

-- CreateEnum
CREATE TYPE "OodReason" AS ENUM ('ENERGY', 'CONFIDENCE', 'NOVELTY');

-- CreateEnum
CREATE TYPE "RunStatus" AS ENUM ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'INTERRUPTED');

-- CreateEnum
CREATE TYPE "RunStage" AS ENUM ('LOADING', 'HEAD', 'FINE_TUNE', 'EVALUATING', 'SAVING');

-- CreateEnum
CREATE TYPE "Recipe" AS ENUM ('DEFAULT', 'REFERENCE');

-- CreateEnum
CREATE TYPE "Recommendation" AS ENUM ('PROMOTE', 'KEEP', 'REVIEW');

-- CreateTable
CREATE TABLE "Photo" (
    "id" SERIAL NOT NULL,
    "contentHash" CHAR(64) NOT NULL,
    "root" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "filename" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "perceptualHash" CHAR(64) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Photo_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Image" (
    "id" UUID NOT NULL,
    "photoId" INTEGER NOT NULL,
    "filename" TEXT NOT NULL,
    "topPrediction" TEXT NOT NULL,
    "confidence" DOUBLE PRECISION NOT NULL,
    "energy" DOUBLE PRECISION NOT NULL,
    "novelty" DOUBLE PRECISION NOT NULL,
    "oodReasons" "OodReason"[],
    "allPredictions" JSONB NOT NULL,
    "reviewed" BOOLEAN NOT NULL DEFAULT false,
    "rejected" BOOLEAN NOT NULL DEFAULT false,
    "staged" BOOLEAN NOT NULL DEFAULT false,
    "assignedLabel" TEXT,
    "addedToDataset" BOOLEAN NOT NULL DEFAULT false,
    "versionId" INTEGER,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Image_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DatasetClass" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "introducedId" INTEGER,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "DatasetClass_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DatasetVersion" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "parentId" INTEGER,
    "isActive" BOOLEAN NOT NULL DEFAULT false,
    "totalImages" INTEGER NOT NULL,
    "classCounts" JSONB NOT NULL,
    "splits" JSONB NOT NULL,
    "notes" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "DatasetVersion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "VersionEntry" (
    "id" BIGSERIAL NOT NULL,
    "versionId" INTEGER NOT NULL,
    "photoId" INTEGER NOT NULL,
    "split" "Split" NOT NULL,
    "classLabel" TEXT NOT NULL,
    "sourceImageId" UUID,
    "addedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "VersionEntry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TrashCounter" (
    "className" TEXT NOT NULL,
    "recordedAt" TIMESTAMPTZ(3) NOT NULL,
    "totalCount" INTEGER NOT NULL DEFAULT 0,
    "oodCount" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "TrashCounter_pkey" PRIMARY KEY ("className","recordedAt")
);

-- CreateTable
CREATE TABLE "TrainingRun" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "status" "RunStatus" NOT NULL DEFAULT 'QUEUED',
    "stage" "RunStage",
    "versionId" INTEGER NOT NULL,
    "recipe" "Recipe" NOT NULL,
    "settings" JSONB NOT NULL,
    "classLabels" TEXT[],
    "autoPromote" BOOLEAN NOT NULL DEFAULT false,
    "isActive" BOOLEAN NOT NULL DEFAULT false,
    "error" TEXT,
    "evaluation" JSONB,
    "comparison" JSONB,
    "baselineId" UUID,
    "recommendation" "Recommendation",
    "energyThreshold" DOUBLE PRECISION,
    "confidenceThreshold" DOUBLE PRECISION,
    "noveltyThreshold" DOUBLE PRECISION,
    "artefacts" JSONB NOT NULL DEFAULT '[]',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),
    "promotedAt" TIMESTAMPTZ(3),

    CONSTRAINT "TrainingRun_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RunEpoch" (
    "runId" UUID NOT NULL,
    "stage" "RunStage" NOT NULL,
    "epoch" INTEGER NOT NULL,
    "loss" DOUBLE PRECISION NOT NULL,
    "accuracy" DOUBLE PRECISION NOT NULL,
    "valLoss" DOUBLE PRECISION,
    "valAccuracy" DOUBLE PRECISION,
    "learningRate" DOUBLE PRECISION NOT NULL,
    "seconds" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "RunEpoch_pkey" PRIMARY KEY ("runId","stage","epoch")
);

-- CreateTable
CREATE TABLE "RunEvent" (
    "runId" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,

    CONSTRAINT "RunEvent_pkey" PRIMARY KEY ("runId","seq")
);

-- CreateIndex
CREATE UNIQUE INDEX "Photo_contentHash_key" ON "Photo"("contentHash");

-- CreateIndex
CREATE UNIQUE INDEX "Image_photoId_key" ON "Image"("photoId");

-- CreateIndex
CREATE INDEX "Image_reviewed_createdAt_id_idx" ON "Image"("reviewed", "createdAt", "id");

-- CreateIndex
CREATE INDEX "Image_staged_createdAt_id_idx" ON "Image"("staged", "createdAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "DatasetClass_name_key" ON "DatasetClass"("name");

-- CreateIndex
CREATE UNIQUE INDEX "DatasetClass_key_key" ON "DatasetClass"("key");

-- CreateIndex
CREATE UNIQUE INDEX "DatasetVersion_name_key" ON "DatasetVersion"("name");

-- CreateIndex
CREATE INDEX "VersionEntry_versionId_id_idx" ON "VersionEntry"("versionId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "VersionEntry_versionId_photoId_key" ON "VersionEntry"("versionId", "photoId");

-- CreateIndex
CREATE UNIQUE INDEX "TrainingRun_name_key" ON "TrainingRun"("name");

-- AddForeignKey
ALTER TABLE "Image" ADD CONSTRAINT "Image_photoId_fkey" FOREIGN KEY ("photoId") REFERENCES "Photo"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Image" ADD CONSTRAINT "Image_assignedLabel_fkey" FOREIGN KEY ("assignedLabel") REFERENCES "DatasetClass"("name") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Image" ADD CONSTRAINT "Image_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "DatasetVersion"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DatasetClass" ADD CONSTRAINT "DatasetClass_introducedId_fkey" FOREIGN KEY ("introducedId") REFERENCES "DatasetVersion"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DatasetVersion" ADD CONSTRAINT "DatasetVersion_parentId_fkey" FOREIGN KEY ("parentId") REFERENCES "DatasetVersion"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "VersionEntry" ADD CONSTRAINT "VersionEntry_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "DatasetVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "VersionEntry" ADD CONSTRAINT "VersionEntry_photoId_fkey" FOREIGN KEY ("photoId") REFERENCES "Photo"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "VersionEntry" ADD CONSTRAINT "VersionEntry_classLabel_fkey" FOREIGN KEY ("classLabel") REFERENCES "DatasetClass"("name") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "VersionEntry" ADD CONSTRAINT "VersionEntry_sourceImageId_fkey" FOREIGN KEY ("sourceImageId") REFERENCES "Image"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TrainingRun" ADD CONSTRAINT "TrainingRun_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "DatasetVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TrainingRun" ADD CONSTRAINT "TrainingRun_baselineId_fkey" FOREIGN KEY ("baselineId") REFERENCES "TrainingRun"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RunEpoch" ADD CONSTRAINT "RunEpoch_runId_fkey" FOREIGN KEY ("runId") REFERENCES "TrainingRun"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RunEvent" ADD CONSTRAINT "RunEvent_runId_fkey" FOREIGN KEY ("runId") REFERENCES "TrainingRun"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Written by hand from here on: what Prisma's schema language has no words for. `prisma migrate diff` leaves indexes on an
-- expression and triggers alone, so the check of schema against migrations stays exact for all the rest.

-- At most one row each: a second one is a unique violation, whoever writes it, however many at once.
CREATE UNIQUE INDEX "DatasetVersion_one_active" ON "DatasetVersion" ((true)) WHERE "isActive";
CREATE UNIQUE INDEX "TrainingRun_one_active" ON "TrainingRun" ((true)) WHERE "isActive";
CREATE UNIQUE INDEX "TrainingRun_one_training" ON "TrainingRun" ((true)) WHERE "status" IN ('QUEUED', 'RUNNING');

-- A version is what it was when it was made, for ever.
CREATE FUNCTION "refuse_change_of_version"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A dataset version never changes: % of "VersionEntry" refused. Make a new version instead.', TG_OP
    USING ERRCODE = 'object_not_in_prerequisite_state';
END
$$;
CREATE TRIGGER "VersionEntry_never_changes" BEFORE UPDATE OR DELETE ON "VersionEntry"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change_of_version"();
CREATE TRIGGER "VersionEntry_never_emptied" BEFORE TRUNCATE ON "VersionEntry"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change_of_version"();
