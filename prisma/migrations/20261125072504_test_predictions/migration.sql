-- CreateTable
CREATE TABLE "TestPrediction" (
    "runId" UUID NOT NULL,
    "photoId" INTEGER NOT NULL,
    "classLabel" TEXT NOT NULL,
    "predicted" TEXT NOT NULL,
    "confidence" DOUBLE PRECISION NOT NULL,
    "labelProbability" DOUBLE PRECISION NOT NULL,
    "baselinePredicted" TEXT,

    CONSTRAINT "TestPrediction_pkey" PRIMARY KEY ("runId","photoId")
);

-- CreateIndex
CREATE INDEX "TestPrediction_runId_labelProbability_photoId_idx" ON "TestPrediction"("runId", "labelProbability", "photoId");

-- CreateIndex
CREATE INDEX "TestPrediction_runId_classLabel_predicted_labelProbability_idx" ON "TestPrediction"("runId", "classLabel", "predicted", "labelProbability");

-- AddForeignKey
ALTER TABLE "TestPrediction" ADD CONSTRAINT "TestPrediction_runId_fkey" FOREIGN KEY ("runId") REFERENCES "TrainingRun"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TestPrediction" ADD CONSTRAINT "TestPrediction_photoId_fkey" FOREIGN KEY ("photoId") REFERENCES "Photo"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
