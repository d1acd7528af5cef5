"""What Reflex is told. The database is ours (db_url stays unset), and so are all addresses."""

import reflex as rx

from practice import settings
from practice.postbuild import BUILT_FOR_ANY_ADDRESS, Finish, Lighter

config = rx.Config(
    app_name="practice",
    api_url=BUILT_FOR_ANY_ADDRESS,
    deploy_url=settings.current().public_url,
    cors_allowed_origins=list(settings.current().origins),
    state_manager_mode="memory",
    default_color_mode="system",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    frontend_compression_formats=["brotli", "gzip"],
    plugins=[rx.plugins.TailwindV4Plugin({"plugins": []}), Finish(), Lighter()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
