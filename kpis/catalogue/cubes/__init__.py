"""Cubes by what they count; `kpis.catalogue.measures` lists them all."""
