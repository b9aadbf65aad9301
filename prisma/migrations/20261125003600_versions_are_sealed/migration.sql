-- AlterTable
ALTER TABLE "Photo" ADD COLUMN     "erasedAt" TIMESTAMPTZ(3);

-- Written by hand from here on. A version is made in one transaction: its row, its entries, its counts. With its counts
-- (`splits` is no longer empty) it is finished: nothing comes in, and nothing of its row changes but whether it is active.
CREATE FUNCTION "refuse_addition_to_version"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (SELECT DISTINCT "versionId" FROM added) a JOIN "DatasetVersion" v ON v.id = a."versionId"
    WHERE v.splits <> '[]'
  ) THEN
    RAISE EXCEPTION 'A dataset version never changes: INSERT into a finished one refused. Make a new version instead.'
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER "VersionEntry_never_added_to" AFTER INSERT ON "VersionEntry" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_addition_to_version"();

CREATE FUNCTION "refuse_change_of_version_row"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.splits <> '[]' AND (OLD.id, OLD.name, OLD."parentId", OLD."totalImages", OLD."classCounts", OLD.splits, OLD."createdAt")
    IS DISTINCT FROM (NEW.id, NEW.name, NEW."parentId", NEW."totalImages", NEW."classCounts", NEW.splits, NEW."createdAt")
  THEN
    RAISE EXCEPTION 'A dataset version never changes: UPDATE of "DatasetVersion" refused. Make a new version instead.'
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER "DatasetVersion_never_changes" BEFORE UPDATE ON "DatasetVersion"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change_of_version_row"();

-- A whole version that nothing needs may go (`npm run prune`). Who removes it says which, for this transaction alone:
-- SET LOCAL wastex.removed_version = '17'. Nothing else that deletes gets past.
CREATE OR REPLACE FUNCTION "refuse_change_of_version"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD."versionId"::text = current_setting('wastex.removed_version', true) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'A dataset version never changes: % of "VersionEntry" refused. Make a new version instead.', TG_OP
    USING ERRCODE = 'object_not_in_prerequisite_state';
END
$$;
