"""What the domain reviews has in AWS: jobs of Glue, EMR Serverless, Redshift Serverless, what vendors deliver. Pure."""

from __future__ import annotations

from sakila_platform.declarations.aws import (
    SPARK_MODULES,
    GlueJob,
    OnAws,
    RedshiftWarehouse,
    Server,
    SparkApplication,
)
from sakila_platform.reviews.databases import PURCHASES_DATABASE
from sakila_platform.settings.places import POSTGRES_URL
from sakila_platform.settings.reviews import REVIEWS_WAREHOUSE_URL

_RAW, _STAGE, _FINAL = "lake/raw/reviews/", "lake/stage/reviews/", "lake/final/reviews/"
_QUARANTINE = "lake/quarantine/reviews/"
_MANIFESTS = "lake/staging/reviews/"

ON_AWS = OnAws(
    needs=POSTGRES_URL,
    jobs=(
        GlueJob(
            name="reviews-stage",
            script="reviews_stage.py",
            does="Purchases of a day from PostgreSQL, and vendors' files from raw, into the lake's stage.",
            reads=(_RAW,),
            writes=(_STAGE, _QUARANTINE),
            reaches=Server.PURCHASES,
            database=PURCHASES_DATABASE.name,
            modules=(*SPARK_MODULES, "defusedxml", "psycopg", "psycopg-binary", "typing-extensions"),
        ),
        GlueJob(
            name="reviews-final",
            script="reviews_final.py",
            does="The star of reviews of a day, from stage into final.",
            reads=(_STAGE,),
            writes=(_FINAL, _QUARANTINE),
        ),
    ),
    deliveries=_RAW,
    spark=SparkApplication(reads=(_RAW, _STAGE, _FINAL, _QUARANTINE), writes=(_STAGE, _FINAL, _QUARANTINE)),
    redshift=RedshiftWarehouse(REVIEWS_WAREHOUSE_URL, copies=(_FINAL, _MANIFESTS)),
)
