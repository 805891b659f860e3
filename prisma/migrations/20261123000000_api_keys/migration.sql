-- CreateTable
CREATE TABLE "tenants" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tenants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "tenant_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "tenant_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "key_prefix" TEXT NOT NULL,
    "key_hash" TEXT NOT NULL,
    "scopes" JSONB NOT NULL DEFAULT '[]',
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE INDEX "users_tenant_id_idx" ON "users"("tenant_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_key_hash_key" ON "api_keys"("key_hash");

-- CreateIndex
CREATE INDEX "api_keys_tenant_id_created_at_id_idx" ON "api_keys"("tenant_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "api_keys_user_id_idx" ON "api_keys"("user_id");

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE RESTRICT;



-- What follows is enforced here because no client can be trusted to remember it.

-- A hash is SHA-256 in lower-case hex, so that one secret has one row; scopes are a list.
ALTER TABLE "api_keys"
    ADD CONSTRAINT "api_keys_key_hash_is_sha256" CHECK ("key_hash" ~ '^[0-9a-f]{64}$'),
    ADD CONSTRAINT "api_keys_scopes_is_array" CHECK (jsonb_typeof("scopes") = 'array');

-- Revocation is for ever, and a key never changes its owner or its secret. The search_path is fixed, for a session
-- could otherwise bring an equality of its own.
CREATE FUNCTION "api_keys_refuse_forbidden_update"() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD."revoked_at" IS NOT NULL AND NEW."revoked_at" IS DISTINCT FROM OLD."revoked_at" THEN
        RAISE EXCEPTION 'api_keys.revoked_at cannot change once it is set: issue a new key instead'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'api_keys_revocation_is_final';
    END IF;
    IF NEW."key_hash" IS DISTINCT FROM OLD."key_hash"
        OR NEW."tenant_id" IS DISTINCT FROM OLD."tenant_id"
        OR NEW."user_id" IS DISTINCT FROM OLD."user_id" THEN
        RAISE EXCEPTION 'api_keys.key_hash, tenant_id and user_id cannot change: issue a new key instead'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'api_keys_identity_is_final';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER "api_keys_refuse_forbidden_update" BEFORE UPDATE ON "api_keys"
    FOR EACH ROW EXECUTE FUNCTION "api_keys_refuse_forbidden_update"();

-- A key acts for a user inside a tenant, so the user must be one of that tenant. The schema comes from the
-- table, not from the session's search_path, which a session may set as it likes.
CREATE FUNCTION "api_keys_refuse_foreign_user"() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    belongs boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I."users" WHERE "id" = $1 AND "tenant_id" = $2)', TG_TABLE_SCHEMA)
        INTO belongs USING NEW."user_id", NEW."tenant_id";
    IF NOT belongs THEN
        RAISE EXCEPTION 'api_keys.user_id must be a user of the tenant in tenant_id'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'api_keys_user_is_of_tenant';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER "api_keys_refuse_foreign_user" BEFORE INSERT ON "api_keys"
    FOR EACH ROW EXECUTE FUNCTION "api_keys_refuse_foreign_user"();
