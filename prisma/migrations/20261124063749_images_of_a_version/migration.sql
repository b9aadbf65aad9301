-- CreateIndex
CREATE INDEX "Image_versionId_idx" ON "Image"("versionId");
