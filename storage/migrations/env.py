"""Alembic's entry: run the migrations on the connection that `runner` hands over, each in a transaction of its own."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
