"""Row-level security behind every read, and the seals of the audit journal."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

# Who asks, as the transaction's first words say: role:account:client:booking.
WORDS = (("role", 1, "text"), ("account", 2, "uuid"), ("client", 3, "uuid"), ("booking", 4, "uuid"))
# A scalar subquery is asked once for a statement, a bare function once for a row.
HOUSE = "(SELECT actor_is_house())"
STRANGER = "(SELECT actor_role()) = 'public'"
ACCOUNT = "(SELECT actor_account())"
# Who holds a management link has that booking and nothing else.
HELD = "(SELECT actor_booking())"
HOLDER = f"({HELD} IS NOT NULL AND {{column}} = (SELECT actor_client()))"

# What is written down about who did it is written by whom it names.
SIGNED = "actor = (SELECT current_setting('app.actor', true))"
OWN_CLIENTS = "client_id IN (SELECT id FROM clients)"
OWN_BOOKINGS = "booking_id IN (SELECT id FROM bookings)"
OWN_APPOINTMENTS = "id IN (SELECT appointment_id FROM bookings)"

# What is theirs to see. Where a table is not named nobody but the house sees anything in it.
SEEN = {
    "accounts": f"id = {ACCOUNT}",
    "clients": f"account_id = {ACCOUNT} OR {HOLDER.format(column='id')}",
    "consents": OWN_CLIENTS,
    "threads": OWN_CLIENTS,
    "bookings": f"id = {HELD} OR client_id IN (SELECT id FROM clients WHERE account_id = {ACCOUNT})",
    "booking_events": OWN_BOOKINGS,
    "appointments": OWN_APPOINTMENTS,
    "notices": f"account_id = {ACCOUNT}",
    "sessions": f"account_id = {ACCOUNT}",
}
# What they may change of that.
CHANGED = ("bookings", "appointments", "sessions", "notices", "accounts")
# What they may add. A stranger's rows are new people whom nobody has proven yet.
ADDED = {
    "accounts": f"{STRANGER} AND email_proven_at IS NULL",
    "clients": f"{STRANGER} AND provisional AND discovery_completed_at IS NULL",
    "consents": f"{STRANGER} OR {OWN_CLIENTS}",
    "threads": f"{STRANGER} OR {OWN_CLIENTS}",
    "bookings": f"{STRANGER} AND discovery OR {OWN_CLIENTS}",
    "booking_events": SIGNED,
    "notices": "true",
    "outbox": "true",
    "signin_links": STRANGER,
    "audit_entries": SIGNED,
}
GUARDED = (
    *("accounts", "clients", "consents", "threads", "bookings", "booking_events", "appointments"),
    *("notices", "sessions", "signin_links", "factors", "recovery_codes"),
    *("outbox", "blocks", "audit_entries", "audit_seals"),
)


def upgrade() -> None:
    op.create_table('audit_seals',
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('entry_id', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['audit_entries.id'], name=op.f('fk_audit_seals_entry_id')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_audit_seals')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_audit_seals_entry_id'))
    )
    op.execute("""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
        FOR EACH STATEMENT EXECUTE FUNCTION append_only()
    """)
    # A policy stands before every operator that could tell what it is shown, and of those for
    # ranges the server does not know that they keep silent: times are found by their ends.
    op.create_index('ix_appointments_ends_at', 'appointments', ['ends_at'], unique=False)
    op.drop_index('ix_blocks_timed', table_name='blocks', postgresql_using='gist', postgresql_where=sa.text('starts_at IS NOT NULL'))
    op.create_index('ix_blocks_ends_at', 'blocks', ['ends_at'], unique=False, postgresql_where=sa.text('ends_at IS NOT NULL'))
    for name, at, kind in WORDS:
        op.execute(f"""
            CREATE FUNCTION actor_{name}() RETURNS {kind} STABLE PARALLEL SAFE LANGUAGE sql
            RETURN nullif(split_part(current_setting('app.actor', true), ':', {at}), '')::{kind}
        """)
    # The rules of the database hold for everybody, so its triggers look at everything.
    op.execute("""
        CREATE FUNCTION actor_is_house() RETURNS boolean STABLE LANGUAGE sql
        RETURN coalesce(actor_role() IN ('therapist', 'system'), false) OR pg_trigger_depth() > 0
    """)
    for table in GUARDED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        # Also for the owner of the table, who is the portal itself.
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY house ON {table} USING ({HOUSE})")
    for table, rule in SEEN.items():
        op.execute(f"CREATE POLICY seen ON {table} FOR SELECT USING ({rule})")
    for table in CHANGED:
        op.execute(f"CREATE POLICY changed ON {table} FOR UPDATE USING ({SEEN[table]})")
    for table, rule in ADDED.items():
        op.execute(f"CREATE POLICY added ON {table} FOR INSERT WITH CHECK ({rule})")


def downgrade() -> None:
    for table in ADDED:
        op.execute(f"DROP POLICY added ON {table}")
    for table in CHANGED:
        op.execute(f"DROP POLICY changed ON {table}")
    for table in SEEN:
        op.execute(f"DROP POLICY seen ON {table}")
    for table in GUARDED:
        op.execute(f"DROP POLICY house ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP FUNCTION actor_is_house()")
    for name, _at, _kind in WORDS:
        op.execute(f"DROP FUNCTION actor_{name}()")
    op.drop_index('ix_blocks_ends_at', table_name='blocks', postgresql_where=sa.text('ends_at IS NOT NULL'))
    op.create_index('ix_blocks_timed', 'blocks', [sa.text('tstzrange(starts_at, ends_at)')], unique=False, postgresql_using='gist', postgresql_where=sa.text('starts_at IS NOT NULL'))
    op.drop_index('ix_appointments_ends_at', table_name='appointments')
    op.execute("DROP TRIGGER append_only ON audit_seals")
    op.drop_table('audit_seals')
