# The platform as one image: Dagster's code server, webserver and daemon, the rental desk, and the command line.
# Built by compose.yaml; run elsewhere, it needs SAKILA_MYSQL_URL, SAKILA_LAKE and a dagster.yaml.
ARG PYTHON=3.12
FROM python:${PYTHON}-slim-bookworm

RUN useradd --create-home --uid 10001 sakila
WORKDIR /opt/sakila-platform

# Packages first: they change less often than the code.
COPY pyproject.toml setup.py constraints.txt README.md ./
RUN mkdir sakila_platform && touch sakila_platform/__init__.py \
    && pip install --no-cache-dir -c constraints.txt -e '.[container]'

COPY workspace.yaml ./
COPY sql sql
COPY glue_scripts glue_scripts
COPY sakila_platform sakila_platform

ENV DAGSTER_HOME=/opt/dagster \
    DAGSTER_EVENT_BATCH_SIZE=1000 \
    SAKILA_HOME=/var/lib/sakila
RUN mkdir -p /opt/dagster /var/lib/sakila && chown sakila /opt/dagster /var/lib/sakila
USER 10001
EXPOSE 3000 4000 8000
CMD ["sakila-platform", "--help"]
