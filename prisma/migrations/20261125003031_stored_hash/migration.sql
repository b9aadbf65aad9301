-- The file of a photo that comes in is a copy without metadata from now on. So far it was the photo itself.
ALTER TABLE "Photo" ADD COLUMN "storedHash" CHAR(64);
UPDATE "Photo" SET "storedHash" = "contentHash";
ALTER TABLE "Photo" ALTER COLUMN "storedHash" SET NOT NULL;
