-- AlterTable
ALTER TABLE "DatasetVersion" ADD COLUMN     "classSplits" JSONB;
