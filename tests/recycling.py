"""Databases of the tests' PostgreSQL, cleaned and used again: to copy a template takes longer than most tests."""

from contextlib import contextmanager

#: After so many tests a copy is made anew: what was deleted leaves gaps in the files.
USES = 60
#: Something else whenever a table, index or column came or went.
SHAPE = """SELECT count(*), max(oid::bigint), sum(relnatts) FROM pg_class WHERE relnamespace = 'public'::regnamespace"""
#: Each table as it was when the copy was made, and where each sequence stood.
KEEP = """
CREATE SCHEMA kept;
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('CREATE TABLE kept.%1$I AS TABLE public.%1$I', name);
  END LOOP;
  CREATE TABLE kept." sequences" AS SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public';
END $$"""
CLEAN = """
SET session_replication_role = replica;
DO $$ DECLARE name text; had bigint; BEGIN
  FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
      AND (pg_relation_size(oid) > 0) LOOP
    EXECUTE format('DELETE FROM public.%1$I', name);
    EXECUTE format('INSERT INTO public.%1$I OVERRIDING SYSTEM VALUE SELECT * FROM kept.%1$I', name);
  END LOOP;
  FOR name, had IN SELECT * FROM kept." sequences" LOOP
    PERFORM setval(format('public.%I', name)::regclass, coalesce(had, 1), had IS NOT NULL);
  END LOOP;
END $$"""


class Recycled:
    """Copies of one template of a cluster (``servers.PostgreSQL``)."""

    def __init__(self, server, template):
        self.server, self.template = server, template
        self.name, self.shape, self.uses = None, None, 0
        self.made = 0

    @contextmanager
    def database(self):
        """The URL of a database that is as the template."""
        name = self._cleaned() or self._copied()
        self.name = None  # whoever asks meanwhile gets another
        yield self.server.url(name)
        self.name = name

    def _copied(self):
        self.made += 1
        name = f"{self.template}_{self.made}"
        self.server.create(name, self.template)
        with self.server.connect(name) as connection:
            connection.execute(KEEP)
            self.shape = connection.execute(SHAPE).fetchone()
        self.uses = 1
        return name

    def _cleaned(self):
        """The copy used last, cleaned; None where there is none or it is worn."""
        if self.name is None:
            return None
        self.uses += 1
        with self.server.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [self.name]
            )
        with self.server.connect(self.name) as connection:
            if self.uses <= USES and connection.execute(SHAPE).fetchone() == self.shape:
                connection.execute(CLEAN)
                return self.name
        self.server.drop(self.name)
        return None
