-- CreateEnum
CREATE TYPE "Role" AS ENUM ('DEVICE', 'OPERATOR', 'TRAINER', 'ADMIN');

-- AlterTable
ALTER TABLE "Image" ADD COLUMN     "sentById" UUID;

-- CreateTable
CREATE TABLE "AccessToken" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" "Role" NOT NULL,
    "secretHash" CHAR(64) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdById" UUID,
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "AccessToken_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "AccessToken_secretHash_key" ON "AccessToken"("secretHash");

-- AddForeignKey
ALTER TABLE "AccessToken" ADD CONSTRAINT "AccessToken_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "AccessToken"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Image" ADD CONSTRAINT "Image_sentById_fkey" FOREIGN KEY ("sentById") REFERENCES "AccessToken"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- By hand: a name is free again when its token was revoked.
CREATE UNIQUE INDEX "AccessToken_live_name_key" ON "AccessToken"("name") WHERE "revokedAt" IS NULL;

-- By hand: that there ever was a token is what closes the door, so no row goes, and what is revoked stays so.
CREATE FUNCTION access_tokens_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'tokens are revoked, never deleted or given back';
END $$;
CREATE TRIGGER access_tokens_stay BEFORE DELETE ON "AccessToken" FOR EACH ROW EXECUTE FUNCTION access_tokens_stay();
CREATE TRIGGER access_tokens_stay_revoked BEFORE UPDATE ON "AccessToken" FOR EACH ROW
  WHEN (OLD."revokedAt" IS NOT NULL AND NEW."revokedAt" IS NULL) EXECUTE FUNCTION access_tokens_stay();
