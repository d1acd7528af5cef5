"""What providers tell by themselves, kept until it is applied."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('webhook_inbox',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('event_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_inbox')),
    sa.UniqueConstraint('source', 'event_id', name=op.f('uq_webhook_inbox_source_event_id'))
    )
    op.create_index('ix_webhook_inbox_received_at', 'webhook_inbox', ['received_at'], unique=False)
    # Nobody but the house sees any of it.
    op.execute("ALTER TABLE webhook_inbox ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE webhook_inbox FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY house ON webhook_inbox USING ((SELECT actor_is_house()))")


def downgrade() -> None:
    op.drop_table('webhook_inbox')
