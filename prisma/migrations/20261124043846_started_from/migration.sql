-- AlterTable
ALTER TABLE "TrainingRun" ADD COLUMN     "startedFromId" UUID;

-- AddForeignKey
ALTER TABLE "TrainingRun" ADD CONSTRAINT "TrainingRun_startedFromId_fkey" FOREIGN KEY ("startedFromId") REFERENCES "TrainingRun"("id") ON DELETE SET NULL ON UPDATE CASCADE;
