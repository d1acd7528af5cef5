"""Letters and their attempts, feedback, and who works by the clock."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

# Nobody but the house sees any of it.
GUARDED = ("letters", "letter_attempts", "feedback", "calendar_feeds")


def upgrade() -> None:
    op.create_table('heartbeats',
    sa.Column('worker', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('worker', name=op.f('pk_heartbeats'))
    )
    op.create_table('job_runs',
    sa.Column('job', sa.String(), nullable=False),
    sa.Column('scheduled_for', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('job', 'scheduled_for', name=op.f('pk_job_runs'))
    )
    op.create_table('calendar_feeds',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_calendar_feeds_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_feeds')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_feeds_token_hash'))
    )
    op.create_index(op.f('ix_calendar_feeds_account_id'), 'calendar_feeds', ['account_id'], unique=False)
    op.create_table('feedback',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('booking_id', sa.Uuid(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('words', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['booking_id'], ['bookings.id'], name=op.f('fk_feedback_booking_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback')),
    sa.UniqueConstraint('booking_id', name=op.f('uq_feedback_booking_id'))
    )
    op.create_table('letters',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('recipient', sa.LargeBinary(), nullable=False),
    sa.Column('recipient_index', sa.LargeBinary(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('road', sa.String(), nullable=False),
    sa.Column('provider_id', sa.String(), nullable=False),
    sa.Column('trouble', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('came_back_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'sent') <= (sent_at IS NOT NULL)", name=op.f('ck_letters_sent')),
    sa.CheckConstraint("state IN ('waiting', 'sent', 'dropped', 'failed', 'came_back')", name=op.f('ck_letters_state')),
    sa.ForeignKeyConstraint(['id'], ['outbox.id'], name=op.f('fk_letters_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letters'))
    )
    op.create_index('ix_letters_created_at', 'letters', ['created_at'], unique=False)
    op.create_index('ix_letters_provider_id', 'letters', ['provider_id'], unique=False, postgresql_where=sa.text("provider_id <> ''"))
    op.create_index(op.f('ix_letters_recipient_index'), 'letters', ['recipient_index'], unique=False)
    op.create_table('letter_attempts',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('letter_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('road', sa.String(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('provider_id', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['letter_id'], ['letters.id'], name=op.f('fk_letter_attempts_letter_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_attempts'))
    )
    op.create_index(op.f('ix_letter_attempts_letter_id'), 'letter_attempts', ['letter_id'], unique=False)
    op.add_column('outbox', sa.Column('lost', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('outbox', sa.Column('since', sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE outbox SET since = created_at")
    op.alter_column('outbox', 'since', nullable=False)
    op.alter_column('outbox', 'lost', server_default=None)
    for table in GUARDED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY house ON {table} USING ((SELECT actor_is_house()))")
    # Whose feed it is may see that it exists, and revoke it.
    own = "account_id = (SELECT actor_account())"
    op.execute(f"CREATE POLICY own ON calendar_feeds USING ({own}) WITH CHECK ({own})")
    # Whoever works on the outbox is told that there is something; whose page shows notices, too.
    op.execute("""
        CREATE FUNCTION outbox_rings() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('outbox', '');
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER rings AFTER INSERT ON outbox
        FOR EACH STATEMENT EXECUTE FUNCTION outbox_rings()
    """)
    op.execute("""
        CREATE FUNCTION notice_rings() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('notices', coalesce(NEW.account_id::text, 'therapist'));
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER rings AFTER INSERT OR UPDATE OF read_at ON notices
        FOR EACH ROW EXECUTE FUNCTION notice_rings()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER rings ON notices")
    op.execute("DROP FUNCTION notice_rings()")
    op.execute("DROP TRIGGER rings ON outbox")
    op.execute("DROP FUNCTION outbox_rings()")
    op.drop_column('outbox', 'since')
    op.drop_column('outbox', 'lost')
    op.drop_table('letter_attempts')
    op.drop_table('letters')
    op.drop_table('feedback')
    op.drop_table('calendar_feeds')
    op.drop_table('job_runs')
    op.drop_table('heartbeats')
