-- AlterTable
ALTER TABLE "ImportedFile" ADD COLUMN     "changedMs" DOUBLE PRECISION,
ADD COLUMN     "inode" DOUBLE PRECISION;
