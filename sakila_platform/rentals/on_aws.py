"""What the rental business has in AWS: the jobs and functions of its day and of its year. Pure."""

from __future__ import annotations

from sakila_platform.declarations.aws import SPARK_MODULES, GlueJob, LambdaFunction, OnAws, Server
from sakila_platform.model.ddl import mysql_ddl
from sakila_platform.rentals import warehouse_star
from sakila_platform.rentals.databases import SHOP, WAREHOUSE
from sakila_platform.settings.rentals import OPENING_HOURS, RENTERS_PER_DAY, SMOOTHING

_LOADING_MODULES = (*SPARK_MODULES, "holidays", "polars", "polars-runtime-32", "python-dateutil", "six")
_DATES = "lake/final/sakila/dim_date/"

ON_AWS = OnAws(
    crawlers={"stage": "stage", "final": "final"},
    settings=(RENTERS_PER_DAY, SMOOTHING, OPENING_HOURS),
    jobs=(
        GlueJob(
            name="extract-stage",
            script="extract_stage.py",
            does="The shop's tables of a day, from MySQL into the lake's stage.",
            writes=("lake/stage/", "lake/quarantine/"),
            reaches=Server.SHOP,
            database=SHOP.name,
        ),
        GlueJob(
            name="build-final",
            script="build_final.py",
            does="The star of a day, from stage into final.",
            reads=("lake/stage/",),
            writes=("lake/final/", "lake/quarantine/"),
        ),
        GlueJob(
            name="load-warehouse",
            script="load_warehouse.py",
            does="The star of a day, from final into the warehouse: one transaction per run.",
            reads=("lake/final/",),
            writes=(_DATES,),
            reaches=Server.WAREHOUSE,
            database=WAREHOUSE.name,
            modules=_LOADING_MODULES,
        ),
        GlueJob(
            name="refresh-dates",
            script="refresh_date_dimension.py",
            does="The Date dimension of years, into lake and warehouse.",
            writes=(_DATES,),
            reaches=Server.WAREHOUSE,
            database=WAREHOUSE.name,
            modules=_LOADING_MODULES,
        ),
    ),
    workflow_dates="refresh-dates",
    functions=(
        LambdaFunction(
            name="simulate-rentals",
            module="sakila_platform.rentals.lambdas.simulate_rentals",
            does="A day of rentals, returns and late fees at the shop's counter, before the day is staged.",
            memory=512,
            cron="cron(15 0 * * ? *)",
            reaches=Server.SHOP,
            packages=("pymysql", "tzdata"),
        ),
        LambdaFunction(
            name="refresh-dates",
            module="sakila_platform.rentals.lambdas.refresh_date_dimension",
            does="The warehouse's Date dimension for this year and the next.",
            memory=256,
            cron="cron(30 0 1 1 ? *)",
            reaches=Server.WAREHOUSE,
            packages=("pymysql", "tzdata", "holidays", "dateutil", "six"),
            # Contracts need pyarrow, which is too large for a function, so the table's DDL comes written out.
            made={"sakila_platform/rentals/lambdas/dim_date.sql": mysql_ddl(warehouse_star.DIM_DATE)},
            asks_its_version="holidays",
        ),
    ),
)
