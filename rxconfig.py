import reflex as rx
config = rx.Config(app_name="practice", plugins=[rx.plugins.TailwindV4Plugin()], disable_plugins=[rx.plugins.SitemapPlugin],
  telemetry_enabled=False, show_built_with_reflex=False, state_manager_mode="memory", default_color_mode="system",
  cors_allowed_origins=["http://localhost:8701"])
