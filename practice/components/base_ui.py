"""Base UI, pinned once: behaviour and roles without a look of its own."""

import reflex as rx


class BaseUI(rx.Component):
    library = "@base-ui/react@1.9.0"
