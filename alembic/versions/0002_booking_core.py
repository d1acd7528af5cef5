"""The booking core: hours, people, appointments and bookings, and what keeps the gate."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

CHECKS = {
    "practice": {
        "max_per_day": "max_per_day >= 1",
        "country": "country ~ '^[A-Z]{2}$'",
    },
    "session_types": {
        "confirmation": "confirmation IN ('instant', 'therapist')",
        "visible": "visible IN ('public', 'link', 'therapist')",
        "step": "step_minutes BETWEEN 5 AND 1440",
        "buffers": "buffer_before BETWEEN 0 AND 1440 AND buffer_after BETWEEN 0 AND 1440",
        "window": "notice_minutes >= 0 AND horizon_days BETWEEN 1 AND 730",
        "call_is_free": "needs <> 'new' OR price_cents = 0",
        "call_is_alone": "needs <> 'new' OR capacity = 1",
        "capacity": "capacity >= 1",
        "max_per_day": "max_per_day >= 1",
        "reminder": "reminder_hours >= 1",
        "policy": "free_hours >= 0 AND late_percent BETWEEN 0 AND 100",
        "places": (
            "jsonb_typeof(places) = 'array' "
            "AND places <@ '[\"video\", \"in_person\", \"phone\"]' AND places <> '[]'"
        ),
    },
}

# An AFTER trigger sees everything its statement wrote, so one statement may write all rows of a
# booking; a refusal carries the name of its rule as a constraint's would.
FUNCTIONS = (
    """
    CREATE FUNCTION takes_time(status text) RETURNS boolean IMMUTABLE LANGUAGE sql
    RETURN status IN ('held', 'requested', 'confirmed', 'completed', 'no_show')
    """,
    """
    CREATE FUNCTION refuse(rule text, reason text) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '%', reason USING ERRCODE = 'check_violation', CONSTRAINT = rule;
    END $$
    """,
    # Nobody writes live: a group's is true while it is open, another's while a booking is live.
    """
    CREATE FUNCTION appointment_decides_live() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.live := CASE
            WHEN NEW.group_status IS NOT NULL THEN NEW.group_status = 'open'
            WHEN TG_OP = 'INSERT' THEN true
            ELSE EXISTS (SELECT FROM bookings
                         WHERE appointment_id = NEW.id AND takes_time(status))
        END;
        IF TG_OP = 'UPDATE' AND NEW.group_status = 'cancelled' AND EXISTS (
            SELECT FROM bookings WHERE appointment_id = NEW.id AND takes_time(status)
        ) THEN
            PERFORM refuse('group_open', 'there are people in this group');
        END IF;
        IF TG_OP = 'UPDATE' AND NEW.capacity < OLD.capacity THEN
            IF (SELECT count(*) FROM bookings
                WHERE appointment_id = NEW.id AND takes_time(status)) > NEW.capacity THEN
                PERFORM refuse('places', 'more places are taken than that');
            END IF;
        END IF;
        RETURN NEW;
    END $$
    """,
    # At commit: a one-to-one appointment that no booking made would block its time for ever.
    """
    CREATE FUNCTION appointment_has_booking() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM bookings WHERE appointment_id = NEW.id) THEN
            PERFORM refuse('booking_makes_it', 'a one-to-one appointment is made by its booking');
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION booking_is_discovery() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND NEW.session_type_id = OLD.session_type_id THEN
            NEW.discovery := OLD.discovery;
        ELSE
            NEW.discovery := (SELECT needs = 'new' FROM session_types
                              WHERE id = NEW.session_type_id);
        END IF;
        RETURN NEW;
    END $$
    """,
    # The row is locked, and where others may count at the same moment it is really changed: who
    # comes with an older picture of it then fails instead of counting what is no longer true.
    """
    CREATE FUNCTION booking_keeps_rules() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        place appointments%ROWTYPE;
    BEGIN
        IF takes_time(NEW.status) THEN
            SELECT * INTO place FROM appointments WHERE id = NEW.appointment_id FOR UPDATE;
            IF place.group_status IS NOT NULL THEN
                UPDATE appointments SET live = live WHERE id = place.id;
            END IF;
            IF (SELECT count(*) FROM bookings
                WHERE appointment_id = place.id AND takes_time(status)) > place.capacity THEN
                PERFORM refuse('places', 'no place is left');
            END IF;
            IF place.group_status = 'cancelled' THEN
                PERFORM refuse('group_open', 'the group does not take place');
            END IF;
            IF NOT NEW.discovery THEN
                UPDATE clients SET provisional = provisional
                WHERE id = NEW.client_id AND discovery_completed_at IS NOT NULL;
                IF NOT FOUND THEN
                    PERFORM refuse('discovery_first', 'the discovery call comes first');
                END IF;
            END IF;
        END IF;
        UPDATE appointments a SET live = live
        WHERE a.id = NEW.appointment_id AND a.group_status IS NULL
        AND a.live <> EXISTS (SELECT FROM bookings
                              WHERE appointment_id = a.id AND takes_time(status));
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION booking_leaves() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE appointments SET live = live
        WHERE id = OLD.appointment_id AND group_status IS NULL;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION client_keeps_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.discovery_source = 'call' AND NOT EXISTS (
            SELECT FROM bookings
            WHERE client_id = NEW.id AND discovery AND status = 'completed'
        ) THEN
            PERFORM refuse('call_completed', 'no discovery call was completed');
        END IF;
        IF NEW.discovery_completed_at IS NULL AND EXISTS (
            SELECT FROM bookings
            WHERE client_id = NEW.id AND NOT discovery AND takes_time(status)
        ) THEN
            PERFORM refuse('sessions_depend', 'sessions stand on the discovery call');
        END IF;
        RETURN NEW;
    END $$
    """,
    # At commit, because closing the gate and merging change both rows.
    """
    CREATE FUNCTION booking_opened_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM clients c WHERE c.id = OLD.client_id AND c.discovery_source = 'call'
            AND NOT EXISTS (SELECT FROM bookings b
                            WHERE b.client_id = c.id AND b.discovery AND b.status = 'completed')
        ) THEN
            PERFORM refuse('call_completed', 'the gate stands on this call');
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM refuse('append_only', 'entries are added, never changed');
        RETURN NULL;
    END $$
    """,
)
HOURS = ("schedules", "weekly_hours", "overrides", "override_hours")
FUNCTION_NAMES = (
    "append_only",
    "booking_opened_gate",
    "client_keeps_gate",
    "booking_leaves",
    "booking_keeps_rules",
    "booking_is_discovery",
    "appointment_has_booking",
    "appointment_decides_live",
    "refuse",
    "takes_time",
)
TRIGGERS = (
    """
    CREATE TRIGGER decides_live BEFORE INSERT OR UPDATE ON appointments
    FOR EACH ROW EXECUTE FUNCTION appointment_decides_live()
    """,
    """
    CREATE CONSTRAINT TRIGGER has_booking AFTER INSERT ON appointments
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.group_status IS NULL) EXECUTE FUNCTION appointment_has_booking()
    """,
    """
    CREATE TRIGGER is_discovery BEFORE INSERT OR UPDATE ON bookings
    FOR EACH ROW EXECUTE FUNCTION booking_is_discovery()
    """,
    """
    CREATE TRIGGER keeps_rules
    AFTER INSERT OR UPDATE OF status, client_id, appointment_id, session_type_id ON bookings
    FOR EACH ROW EXECUTE FUNCTION booking_keeps_rules()
    """,
    """
    CREATE TRIGGER leaves AFTER DELETE OR UPDATE OF appointment_id ON bookings
    FOR EACH ROW EXECUTE FUNCTION booking_leaves()
    """,
    """
    CREATE TRIGGER keeps_gate
    BEFORE INSERT OR UPDATE OF discovery_completed_at, discovery_source ON clients
    FOR EACH ROW EXECUTE FUNCTION client_keeps_gate()
    """,
    """
    CREATE CONSTRAINT TRIGGER opened_gate AFTER DELETE OR UPDATE OF status, client_id ON bookings
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.discovery AND OLD.status = 'completed')
    EXECUTE FUNCTION booking_opened_gate()
    """,
    # What is read a thousand times a day is remembered until the revision rises.
    *(
        f"""
        CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE
        ON {table} FOR EACH STATEMENT EXECUTE FUNCTION content_changed()
        """
        for table in HOURS
    ),
    """
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION append_only()
    """,
)
TRIGGER_NAMES = (
    ("append_only", "audit_entries"),
    *(("content_changed", table) for table in HOURS),
    ("opened_gate", "bookings"),
    ("keeps_gate", "clients"),
    ("leaves", "bookings"),
    ("keeps_rules", "bookings"),
    ("is_discovery", "bookings"),
    ("has_booking", "appointments"),
    ("decides_live", "appointments"),
)


def upgrade() -> None:
    op.create_table('accounts',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('email', sa.LargeBinary(), nullable=False),
    sa.Column('email_index', sa.LargeBinary(), nullable=False),
    sa.Column('email_proven_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts'))
    )
    op.create_index(op.f('ix_accounts_email_index'), 'accounts', ['email_index'], unique=False)
    op.create_index('uq_accounts_proven_email', 'accounts', ['email_index'], unique=True, postgresql_where=sa.text('email_proven_at IS NOT NULL'))
    op.create_table('audit_entries',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('subject_id', sa.String(), nullable=False),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entries'))
    )
    op.create_table('blocks',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('first_on', sa.Date(), nullable=True),
    sa.Column('last_on', sa.Date(), nullable=True),
    sa.Column('zone', sa.String(), nullable=True),
    sa.Column('reason', sa.LargeBinary(), nullable=True),
    sa.CheckConstraint('first_on <= last_on', name=op.f('ck_blocks_all_day')),
    sa.CheckConstraint('num_nonnulls(starts_at, ends_at) = 2 AND num_nonnulls(first_on, last_on, zone) = 0 OR num_nonnulls(starts_at, ends_at) = 0 AND num_nonnulls(first_on, last_on, zone) = 3', name=op.f('ck_blocks_one_form')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_blocks_timed')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_blocks'))
    )
    op.create_index('ix_blocks_last_on', 'blocks', ['last_on'], unique=False, postgresql_where=sa.text('last_on IS NOT NULL'))
    op.create_index('ix_blocks_timed', 'blocks', [sa.literal_column('tstzrange(starts_at, ends_at)')], unique=False, postgresql_using='gist', postgresql_where=sa.text('starts_at IS NOT NULL'))
    op.create_table('overrides',
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('on_date', name=op.f('pk_overrides'))
    )
    op.create_table('rate_counters',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('subject', sa.LargeBinary(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('name', 'subject', name=op.f('pk_rate_counters'))
    )
    op.create_index('ix_rate_counters_since', 'rate_counters', ['since'], unique=False)
    op.create_table('schedules',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.CheckConstraint('valid_until >= valid_from', name=op.f('ck_schedules_valid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schedules'))
    )
    op.create_index('uq_schedules_default', 'schedules', ['is_default'], unique=True, postgresql_where=sa.text('is_default'))
    op.create_table('vault_keys',
    sa.Column('fingerprint', sa.LargeBinary(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('fingerprint', name=op.f('pk_vault_keys'))
    )
    op.create_table('clients',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('relationship', sa.String(), nullable=False),
    sa.Column('provisional', sa.Boolean(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('phone_index', sa.LargeBinary(), nullable=True),
    sa.Column('discovery_completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('discovery_source', sa.String(), nullable=True),
    sa.Column('discovery_reason', sa.LargeBinary(), nullable=True),
    sa.Column('intake_completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(discovery_source = 'therapist') = (discovery_reason IS NOT NULL) OR discovery_source IS NULL AND discovery_reason IS NULL", name=op.f('ck_clients_reason_said')),
    sa.CheckConstraint("discovery_source IN ('call', 'therapist')", name=op.f('ck_clients_discovery_source')),
    sa.CheckConstraint("relationship IN ('self', 'child', 'partner', 'other')", name=op.f('ck_clients_relationship')),
    sa.CheckConstraint('(discovery_completed_at IS NULL) = (discovery_source IS NULL)', name=op.f('ck_clients_source_said')),
    sa.CheckConstraint('intake_completed_at IS NULL OR discovery_completed_at IS NOT NULL', name=op.f('ck_clients_gate_first')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_clients_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clients'))
    )
    op.create_index(op.f('ix_clients_account_id'), 'clients', ['account_id'], unique=False)
    op.create_index(op.f('ix_clients_phone_index'), 'clients', ['phone_index'], unique=False)
    op.create_table('override_hours',
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('starts', sa.Time(), nullable=False),
    sa.Column('ends', sa.Time(), nullable=True),
    sa.CheckConstraint("starts < '24:00' AND (ends IS NULL OR ends < '24:00')", name=op.f('ck_override_hours_times')),
    sa.ForeignKeyConstraint(['on_date'], ['overrides.on_date'], name=op.f('fk_override_hours_on_date'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('on_date', 'starts', name=op.f('pk_override_hours'))
    )
    op.create_table('weekly_hours',
    sa.Column('schedule_id', sa.Uuid(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('starts', sa.Time(), nullable=False),
    sa.Column('ends', sa.Time(), nullable=True),
    sa.CheckConstraint("starts < '24:00' AND (ends IS NULL OR ends < '24:00')", name=op.f('ck_weekly_hours_times')),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_weekly_hours_weekday')),
    sa.ForeignKeyConstraint(['schedule_id'], ['schedules.id'], name=op.f('fk_weekly_hours_schedule_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('schedule_id', 'weekday', 'starts', name=op.f('pk_weekly_hours'))
    )
    op.create_table('appointments',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('session_type_id', sa.Uuid(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('during', postgresql.TSTZRANGE(), nullable=False),
    sa.Column('live', sa.Boolean(), nullable=False),
    sa.Column('group_status', sa.String(), nullable=True),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('video_link', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    postgresql.ExcludeConstraint((sa.column('during'), '&&'), where=sa.text('live'), using='gist', name='no_overlap'),
    sa.CheckConstraint("group_status IN ('open', 'cancelled')", name=op.f('ck_appointments_group_status')),
    sa.CheckConstraint('NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during) AND NOT lower_inf(during) AND NOT upper_inf(during) AND isfinite(lower(during)) AND isfinite(upper(during))', name=op.f('ck_appointments_half_open')),
    sa.CheckConstraint('capacity >= 1', name=op.f('ck_appointments_capacity')),
    sa.CheckConstraint('group_status IS NOT NULL OR capacity = 1', name=op.f('ck_appointments_alone_or_group')),
    sa.CheckConstraint('starts_at < ends_at AND lower(during) <= starts_at AND ends_at <= upper(during)', name=op.f('ck_appointments_buffers_around')),
    sa.ForeignKeyConstraint(['session_type_id'], ['session_types.id'], name=op.f('fk_appointments_session_type_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointments')),
    sa.UniqueConstraint('id', 'session_type_id', name=op.f('uq_appointments_id_session_type_id'))
    )
    op.create_index(op.f('ix_appointments_session_type_id'), 'appointments', ['session_type_id'], unique=False)
    op.create_table('consents',
    sa.Column('client_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_consents_client_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version'], ['privacy_texts.version'], name=op.f('fk_consents_version')),
    sa.PrimaryKeyConstraint('client_id', 'version', name=op.f('pk_consents'))
    )
    op.create_table('threads',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('client_id', sa.Uuid(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_threads_client_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_threads')),
    sa.UniqueConstraint('client_id', name=op.f('uq_threads_client_id'))
    )
    op.create_table('bookings',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('appointment_id', sa.Uuid(), nullable=False),
    sa.Column('session_type_id', sa.Uuid(), nullable=False),
    sa.Column('client_id', sa.Uuid(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('discovery', sa.Boolean(), nullable=False),
    sa.Column('participants', sa.LargeBinary(), nullable=True),
    sa.Column('note', sa.LargeBinary(), nullable=True),
    sa.Column('price_cents', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('free_hours', sa.Integer(), nullable=False),
    sa.Column('late_percent', sa.Integer(), nullable=False),
    sa.Column('hold_expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('link_version', sa.Integer(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('origin', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(status IN ('held', 'requested')) = (hold_expires_at IS NOT NULL)", name=op.f('ck_bookings_lapses')),
    sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f('ck_bookings_currency')),
    sa.CheckConstraint("place IN ('video', 'in_person', 'phone')", name=op.f('ck_bookings_place')),
    sa.CheckConstraint("status IN ('held', 'requested', 'confirmed', 'completed', 'no_show', 'declined', 'expired', 'cancelled')", name=op.f('ck_bookings_status')),
    sa.CheckConstraint('NOT discovery OR price_cents = 0', name=op.f('ck_bookings_call_is_free')),
    sa.CheckConstraint('free_hours >= 0 AND late_percent BETWEEN 0 AND 100', name=op.f('ck_bookings_policy')),
    sa.CheckConstraint('price_cents >= 0', name=op.f('ck_bookings_price')),
    sa.ForeignKeyConstraint(['appointment_id', 'session_type_id'], ['appointments.id', 'appointments.session_type_id'], name='fk_bookings_appointment_of_its_type'),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_bookings_client_id')),
    sa.ForeignKeyConstraint(['session_type_id'], ['session_types.id'], name=op.f('fk_bookings_session_type_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bookings')),
    sa.UniqueConstraint('reference', name=op.f('uq_bookings_reference'))
    )
    op.create_index(op.f('ix_bookings_appointment_id'), 'bookings', ['appointment_id'], unique=False)
    op.create_index(op.f('ix_bookings_client_id'), 'bookings', ['client_id'], unique=False)
    op.create_index('ix_bookings_hold_expires_at', 'bookings', ['hold_expires_at'], unique=False, postgresql_where=sa.text('hold_expires_at IS NOT NULL'))
    op.create_index('ix_bookings_origin', 'bookings', ['origin'], unique=False, postgresql_where=sa.text('origin IS NOT NULL'))
    op.create_index('one_place', 'bookings', ['appointment_id', 'client_id'], unique=True, postgresql_where=sa.text("status IN ('held', 'requested', 'confirmed', 'completed', 'no_show')"))
    op.create_index('one_open_call', 'bookings', ['client_id'], unique=True, postgresql_where=sa.text("discovery AND status IN ('held', 'requested', 'confirmed')"))
    op.create_table('booking_events',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('booking_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('from_status', sa.String(), nullable=True),
    sa.Column('to_status', sa.String(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('why', sa.LargeBinary(), nullable=True),
    sa.CheckConstraint("to_status IN ('held', 'requested', 'confirmed', 'completed', 'no_show', 'declined', 'expired', 'cancelled')", name=op.f('ck_booking_events_to_status')),
    sa.ForeignKeyConstraint(['booking_id'], ['bookings.id'], name=op.f('fk_booking_events_booking_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_events'))
    )
    op.create_index(op.f('ix_booking_events_booking_id'), 'booking_events', ['booking_id'], unique=False)
    op.create_table('idempotency_keys',
    sa.Column('scope', sa.LargeBinary(), nullable=False),
    sa.Column('key', sa.LargeBinary(), nullable=False),
    sa.Column('request', sa.LargeBinary(), nullable=False),
    sa.Column('booking_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['booking_id'], ['bookings.id'], name=op.f('fk_idempotency_keys_booking_id')),
    sa.PrimaryKeyConstraint('scope', 'key', name=op.f('pk_idempotency_keys'))
    )
    op.create_index('ix_idempotency_keys_created_at', 'idempotency_keys', ['created_at'], unique=False)
    op.create_table('outbox',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('effect', sa.String(), nullable=False),
    sa.Column('fact', sa.String(), nullable=False),
    sa.Column('booking_id', sa.Uuid(), nullable=True),
    sa.Column('dedupe_key', sa.String(), nullable=False),
    sa.Column('payload', sa.LargeBinary(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('dead_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('num_nonnulls(done_at, dead_at) <= 1', name=op.f('ck_outbox_one_end')),
    sa.ForeignKeyConstraint(['booking_id'], ['bookings.id'], name=op.f('fk_outbox_booking_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_outbox_dedupe_key'))
    )
    op.create_index(op.f('ix_outbox_booking_id'), 'outbox', ['booking_id'], unique=False)
    op.create_index('ix_outbox_due', 'outbox', ['next_at'], unique=False, postgresql_where=sa.text('done_at IS NULL AND dead_at IS NULL'))
    op.create_table('notices',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('audience', sa.String(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('fact', sa.String(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(audience = 'client') = (account_id IS NOT NULL)", name=op.f('ck_notices_addressed')),
    sa.CheckConstraint("audience IN ('client', 'therapist')", name=op.f('ck_notices_audience')),
    sa.CheckConstraint("fact IN ('confirmed', 'requested', 'approved', 'moved', 'request_moved', 'cancelled', 'withdrawn', 'declined', 'expired', 'lapsed')", name=op.f('ck_notices_fact')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_notices_account_id')),
    sa.ForeignKeyConstraint(['event_id'], ['booking_events.id'], name=op.f('fk_notices_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices')),
    sa.UniqueConstraint('event_id', 'audience', name=op.f('uq_notices_event_id_audience'))
    )
    op.create_index(op.f('ix_notices_account_id'), 'notices', ['account_id'], unique=False)
    op.add_column('practice', sa.Column('country', sa.String(), server_default=sa.text("'IT'"), nullable=False))
    op.add_column('practice', sa.Column('max_per_day', sa.Integer(), nullable=True))
    op.add_column('practice', sa.Column('video_room_url', sa.String(), nullable=True))
    op.add_column('session_types', sa.Column('schedule_id', sa.Uuid(), nullable=True))
    op.add_column('session_types', sa.Column('buffer_before', sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column('session_types', sa.Column('buffer_after', sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column('session_types', sa.Column('step_minutes', sa.Integer(), server_default=sa.text("15"), nullable=False))
    op.add_column('session_types', sa.Column('notice_minutes', sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column('session_types', sa.Column('horizon_days', sa.Integer(), server_default=sa.text("60"), nullable=False))
    op.add_column('session_types', sa.Column('max_per_day', sa.Integer(), nullable=True))
    op.add_column('session_types', sa.Column('places', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[\"video\"]'"), nullable=False))
    op.add_column('session_types', sa.Column('capacity', sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column('session_types', sa.Column('confirmation', sa.String(), server_default=sa.text("'instant'"), nullable=False))
    op.add_column('session_types', sa.Column('free_hours', sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column('session_types', sa.Column('late_percent', sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column('session_types', sa.Column('reminder_hours', sa.Integer(), nullable=True))
    op.add_column('session_types', sa.Column('visible', sa.String(), server_default=sa.text("'public'"), nullable=False))
    op.create_foreign_key(op.f('fk_session_types_schedule_id'), 'session_types', 'schedules', ['schedule_id'], ['id'])

    # What stands there already got a value; new rows say theirs.
    for table, column in (
        ("practice", "country"),
        ("session_types", "buffer_before"),
        ("session_types", "buffer_after"),
        ("session_types", "step_minutes"),
        ("session_types", "notice_minutes"),
        ("session_types", "horizon_days"),
        ("session_types", "places"),
        ("session_types", "capacity"),
        ("session_types", "confirmation"),
        ("session_types", "free_hours"),
        ("session_types", "late_percent"),
        ("session_types", "visible"),
    ):
        op.alter_column(table, column, server_default=None)
    for table, checks in CHECKS.items():
        for name, rule in checks.items():
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)
    op.drop_constraint(op.f("ck_session_types_needs"), "session_types", type_="check")
    op.create_check_constraint(
        op.f("ck_session_types_needs"), "session_types", "needs IN ('new', 'intake', 'ongoing')"
    )
    for statement in (*FUNCTIONS, *TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    for name, table in TRIGGER_NAMES:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for name in FUNCTION_NAMES:
        op.execute(f"DROP FUNCTION {name}")
    op.drop_constraint(op.f("ck_session_types_needs"), "session_types", type_="check")
    op.create_check_constraint(
        op.f("ck_session_types_needs"),
        "session_types",
        "needs IN ('new', 'discovery', 'intake', 'ongoing', 'paused', 'ended')",
    )
    for table, checks in CHECKS.items():
        for name in checks:
            op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.drop_constraint(op.f('fk_session_types_schedule_id'), 'session_types', type_='foreignkey')
    op.drop_column('session_types', 'visible')
    op.drop_column('session_types', 'reminder_hours')
    op.drop_column('session_types', 'late_percent')
    op.drop_column('session_types', 'free_hours')
    op.drop_column('session_types', 'confirmation')
    op.drop_column('session_types', 'capacity')
    op.drop_column('session_types', 'places')
    op.drop_column('session_types', 'max_per_day')
    op.drop_column('session_types', 'horizon_days')
    op.drop_column('session_types', 'notice_minutes')
    op.drop_column('session_types', 'step_minutes')
    op.drop_column('session_types', 'buffer_after')
    op.drop_column('session_types', 'buffer_before')
    op.drop_column('session_types', 'schedule_id')
    op.drop_column('practice', 'video_room_url')
    op.drop_column('practice', 'max_per_day')
    op.drop_column('practice', 'country')
    op.drop_index(op.f('ix_notices_account_id'), table_name='notices')
    op.drop_table('notices')
    op.drop_index('ix_outbox_due', table_name='outbox', postgresql_where=sa.text('done_at IS NULL AND dead_at IS NULL'))
    op.drop_index(op.f('ix_outbox_booking_id'), table_name='outbox')
    op.drop_table('outbox')
    op.drop_index('ix_idempotency_keys_created_at', table_name='idempotency_keys')
    op.drop_table('idempotency_keys')
    op.drop_index(op.f('ix_booking_events_booking_id'), table_name='booking_events')
    op.drop_table('booking_events')
    op.drop_index('one_place', table_name='bookings', postgresql_where=sa.text("status IN ('held', 'requested', 'confirmed', 'completed', 'no_show')"))
    op.drop_index('one_open_call', table_name='bookings', postgresql_where=sa.text("discovery AND status IN ('held', 'requested', 'confirmed')"))
    op.drop_index('ix_bookings_origin', table_name='bookings', postgresql_where=sa.text('origin IS NOT NULL'))
    op.drop_index('ix_bookings_hold_expires_at', table_name='bookings', postgresql_where=sa.text('hold_expires_at IS NOT NULL'))
    op.drop_index(op.f('ix_bookings_client_id'), table_name='bookings')
    op.drop_index(op.f('ix_bookings_appointment_id'), table_name='bookings')
    op.drop_table('bookings')
    op.drop_table('threads')
    op.drop_table('consents')
    op.drop_index(op.f('ix_appointments_session_type_id'), table_name='appointments')
    op.drop_table('appointments')
    op.drop_table('weekly_hours')
    op.drop_table('override_hours')
    op.drop_index(op.f('ix_clients_phone_index'), table_name='clients')
    op.drop_index(op.f('ix_clients_account_id'), table_name='clients')
    op.drop_table('clients')
    op.drop_table('vault_keys')
    op.drop_index('uq_schedules_default', table_name='schedules', postgresql_where=sa.text('is_default'))
    op.drop_table('schedules')
    op.drop_index('ix_rate_counters_since', table_name='rate_counters')
    op.drop_table('rate_counters')
    op.drop_table('overrides')
    op.drop_index('ix_blocks_timed', table_name='blocks', postgresql_using='gist', postgresql_where=sa.text('starts_at IS NOT NULL'))
    op.drop_index('ix_blocks_last_on', table_name='blocks', postgresql_where=sa.text('last_on IS NOT NULL'))
    op.drop_table('blocks')
    op.drop_table('audit_entries')
    op.drop_index('uq_accounts_proven_email', table_name='accounts', postgresql_where=sa.text('email_proven_at IS NOT NULL'))
    op.drop_index(op.f('ix_accounts_email_index'), table_name='accounts')
    op.drop_table('accounts')
