-- Why a photo is in review besides being out of distribution, and which operator has it in hand.
ALTER TABLE "Image" ADD COLUMN     "claimedById" UUID,
ADD COLUMN     "claimedDesk" TEXT,
ADD COLUMN     "claimedUntil" TIMESTAMPTZ(3),
ADD COLUMN     "disputed" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "sampled" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "suggestedLabel" TEXT;

-- AddForeignKey
ALTER TABLE "Image" ADD CONSTRAINT "Image_claimedById_fkey" FOREIGN KEY ("claimedById") REFERENCES "AccessToken"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- By hand: of a hundred thousand photos in the queue, those that a desk may have.
CREATE INDEX "Image_claimed_idx" ON "Image"("claimedDesk") WHERE "claimedUntil" IS NOT NULL;
