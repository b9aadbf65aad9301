-- By hand: of an Image the trail kept the file's name, also after the photo was erased. People put names into those. This once the
-- trail is changed, and by nobody else: the lock that the ALTER takes is held to the end of the transaction.
ALTER TABLE "AuditEntry" DISABLE TRIGGER "AuditEntry_never_changes";
UPDATE "AuditEntry" SET "subjectName" = NULL WHERE "subjectType" = 'Image' AND "subjectName" IS NOT NULL;
ALTER TABLE "AuditEntry" ENABLE TRIGGER "AuditEntry_never_changes";
