"""Whose booking it is: what its writer typed, who said it was them, and the networks around it."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

ORIGINS = ("origin_site", "origin_region")
# A stranger's people are nobody's yet, and nobody has answered for them.
UNPROVEN = "(SELECT actor_role()) = 'public' AND provisional AND discovery_completed_at IS NULL"


def upgrade() -> None:
    op.add_column('bookings', sa.Column('contact', sa.LargeBinary(), nullable=True))
    for name in ORIGINS:
        op.add_column('bookings', sa.Column(name, sa.LargeBinary(), nullable=True))
        op.create_index(f'ix_bookings_{name}', 'bookings', [name], unique=False, postgresql_where=sa.text(f'{name} IS NOT NULL'))
    op.add_column('clients', sa.Column('claimed', sa.Boolean(), nullable=True))
    op.execute("DROP POLICY added ON clients")
    op.execute(f"CREATE POLICY added ON clients FOR INSERT WITH CHECK ({UNPROVEN} AND claimed IS NULL)")
    op.add_column('signin_links', sa.Column('booking_id', sa.Uuid(), nullable=True))
    op.create_index(op.f('ix_signin_links_booking_id'), 'signin_links', ['booking_id'], unique=False)
    op.create_foreign_key(op.f('fk_signin_links_booking_id'), 'signin_links', 'bookings', ['booking_id'], ['id'], ondelete='CASCADE')
    op.add_column('recovery_codes', sa.Column('code', sa.LargeBinary(), nullable=True))
    op.add_column('recovery_codes', sa.Column('code_index', sa.LargeBinary(), nullable=True))
    op.alter_column('recovery_codes', 'code_hash', existing_type=sa.LargeBinary(), nullable=True)
    op.create_index(op.f('ix_recovery_codes_code_index'), 'recovery_codes', ['code_index'], unique=False)
    # Whoever booked as a guest and was attached without being asked may have been somebody else:
    # their link opens nothing any more, and the page behind it sends a fresh one to the mailbox.
    op.execute("""
        UPDATE bookings SET link_version = link_version + 1
        WHERE client_id IN (SELECT id FROM clients WHERE NOT provisional)
        AND id IN (SELECT booking_id FROM booking_events
                   WHERE what = 'booked' AND actor LIKE 'public:%')
    """)
    # Links that knew no browser lived a quarter of an hour; what they would open is asked now.
    op.execute("""
        UPDATE signin_links SET voided_at = now()
        WHERE asker_hash IS NULL AND used_at IS NULL AND voided_at IS NULL
    """)


def downgrade() -> None:
    op.drop_index(op.f('ix_recovery_codes_code_index'), table_name='recovery_codes')
    # Codes cannot be brought back to bare hashes: those that were sealed go.
    op.execute("DELETE FROM recovery_codes WHERE code_hash IS NULL")
    op.alter_column('recovery_codes', 'code_hash', existing_type=sa.LargeBinary(), nullable=False)
    op.drop_column('recovery_codes', 'code_index')
    op.drop_column('recovery_codes', 'code')
    op.drop_constraint(op.f('fk_signin_links_booking_id'), 'signin_links', type_='foreignkey')
    op.drop_index(op.f('ix_signin_links_booking_id'), table_name='signin_links')
    op.drop_column('signin_links', 'booking_id')
    op.execute("DROP POLICY added ON clients")
    op.execute(f"CREATE POLICY added ON clients FOR INSERT WITH CHECK ({UNPROVEN})")
    op.drop_column('clients', 'claimed')
    for name in ORIGINS:
        op.drop_index(f'ix_bookings_{name}', table_name='bookings', postgresql_where=sa.text(f'{name} IS NOT NULL'))
        op.drop_column('bookings', name)
    op.drop_column('bookings', 'contact')
