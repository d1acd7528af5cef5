"""What is published, its revision, and the calendar gate."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

PUBLISHED = (
    "practice",
    "passages",
    "crisis_lines",
    "session_types",
    "articles",
    "privacy_texts",
)


def upgrade() -> None:
    op.create_table('articles',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=True),
    sa.Column('title', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('summary', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("jsonb_typeof(title) = 'object' AND jsonb_typeof(summary) = 'object' AND jsonb_typeof(body) = 'object'", name=op.f('ck_articles_texts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_articles')),
    sa.UniqueConstraint('slug', name=op.f('uq_articles_slug'))
    )
    op.create_table('calendar_gate',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_calendar_gate_only_one')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_gate'))
    )
    op.create_table('content_revision',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_content_revision_only_one')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_content_revision'))
    )
    op.create_table('crisis_lines',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('name', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('hours', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("jsonb_typeof(name) = 'object' AND jsonb_typeof(hours) = 'object'", name=op.f('ck_crisis_lines_texts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crisis_lines'))
    )
    op.create_table('passages',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('title', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("jsonb_typeof(title) = 'object' AND jsonb_typeof(body) = 'object'", name=op.f('ck_passages_texts')),
    sa.CheckConstraint("kind IN ('step', 'fact', 'question')", name=op.f('ck_passages_kind')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passages'))
    )
    op.create_table('practice',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('default_language', sa.String(), nullable=False),
    sa.Column('therapist', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('kicker', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('lede', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('story', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('address', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('register_entry', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('answer_time', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('place', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("jsonb_typeof(therapist) = 'object' AND jsonb_typeof(kicker) = 'object' AND jsonb_typeof(lede) = 'object' AND jsonb_typeof(story) = 'object' AND jsonb_typeof(address) = 'object'", name=op.f('ck_practice_texts')),
    sa.CheckConstraint("jsonb_typeof(register_entry) = 'object' AND jsonb_typeof(answer_time) = 'object' AND jsonb_typeof(place) = 'object'", name=op.f('ck_practice_more_texts')),
    sa.CheckConstraint('id = 1', name=op.f('ck_practice_only_one')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practice'))
    )
    op.create_table('privacy_texts',
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False),
    sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("jsonb_typeof(body) = 'object'", name=op.f('ck_privacy_texts_texts')),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_privacy_texts'))
    )
    op.create_table('session_types',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('price_cents', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('needs', sa.String(), nullable=False),
    sa.Column('name', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('summary', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f('ck_session_types_currency')),
    sa.CheckConstraint("jsonb_typeof(name) = 'object' AND jsonb_typeof(summary) = 'object'", name=op.f('ck_session_types_texts')),
    sa.CheckConstraint("needs IN ('new', 'discovery', 'intake', 'ongoing', 'paused', 'ended')", name=op.f('ck_session_types_needs')),
    sa.CheckConstraint('minutes BETWEEN 5 AND 1440', name=op.f('ck_session_types_minutes')),
    sa.CheckConstraint('price_cents >= 0', name=op.f('ck_session_types_price')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session_types')),
    sa.UniqueConstraint('slug', name=op.f('uq_session_types_slug'))
    )

    op.execute("INSERT INTO calendar_gate (id) VALUES (1)")
    op.execute("INSERT INTO content_revision (id) VALUES (1)")
    op.execute("""
        CREATE FUNCTION content_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE content_revision SET number = number + 1;
            RETURN NULL;
        END $$
    """)
    for table in PUBLISHED:
        op.execute(f"""
            CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE
            ON {table} FOR EACH STATEMENT EXECUTE FUNCTION content_changed()
        """)


def downgrade() -> None:
    op.drop_table('session_types')
    op.drop_table('privacy_texts')
    op.drop_table('practice')
    op.drop_table('passages')
    op.drop_table('crisis_lines')
    op.drop_table('content_revision')
    op.drop_table('calendar_gate')
    op.drop_table('articles')
    op.execute("DROP FUNCTION content_changed")
