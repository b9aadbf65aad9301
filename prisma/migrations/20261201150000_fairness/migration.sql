-- A token may introduce so many classes an hour.
ALTER TABLE "DatasetClass" ADD COLUMN "createdById" UUID;
ALTER TABLE "DatasetClass" ADD CONSTRAINT "DatasetClass_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "AccessToken"("id") ON DELETE SET NULL ON UPDATE CASCADE;
CREATE INDEX "DatasetClass_createdById_createdAt_idx" ON "DatasetClass"("createdById", "createdAt");

-- A token may be good until a day.
ALTER TABLE "AccessToken" ADD COLUMN "expiresAt" TIMESTAMPTZ(3);

-- A class that a photo has is not removed, by whomever.
ALTER TABLE "Image" DROP CONSTRAINT "Image_assignedLabel_fkey";
ALTER TABLE "Image" ADD CONSTRAINT "Image_assignedLabel_fkey" FOREIGN KEY ("assignedLabel") REFERENCES "DatasetClass"("name") ON DELETE RESTRICT ON UPDATE CASCADE;
