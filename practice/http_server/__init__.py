"""The server itself, below everything that speaks ASGI: who may connect, how long each step of a
request may take, and how large it may be."""
