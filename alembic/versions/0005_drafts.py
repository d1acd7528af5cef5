"""Drafts: what somebody has written and not sent yet."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('drafts',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_drafts_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drafts'))
    )
    op.create_index(op.f('ix_drafts_account_id'), 'drafts', ['account_id'], unique=False)
    op.create_index('ix_drafts_kept_at', 'drafts', ['kept_at'], unique=False)
    op.execute("ALTER TABLE drafts ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE drafts FORCE ROW LEVEL SECURITY")
    # Of the house only the system, which forgets old ones: a client's draft is not told yet.
    op.execute("""
        CREATE POLICY house ON drafts USING ((SELECT actor_role()) = 'system')
    """)
    own = "account_id = (SELECT actor_account())"
    op.execute(f"CREATE POLICY own ON drafts USING ({own}) WITH CHECK ({own})")


def downgrade() -> None:
    op.drop_table('drafts')
