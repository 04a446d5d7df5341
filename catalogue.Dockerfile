# The catalogue's batch ingestion as an image: movies.csv and series.csv of a volume into the lake, byte for byte.
#
#   docker build -f catalogue.Dockerfile -t sakila-catalogue .
#   docker run --rm -v "$PWD/titles:/titles:ro" -e SAKILA_LAKE=s3://bucket/lake \
#     -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_DEFAULT_REGION sakila-catalogue --day 2022-05-02
#
# Without SAKILA_LAKE the lake is the volume /lake. Run again after a cut, it goes on where it stopped.
ARG PYTHON=3.12
FROM python:${PYTHON}-slim-bookworm

RUN useradd --create-home --uid 10001 sakila
WORKDIR /opt/sakila-platform

# What the ingestion imports, and no more: Dagster and all the rest stay outside.
COPY pyproject.toml setup.py constraints.txt README.md ./
RUN pip install --no-cache-dir -c constraints.txt boto3 click pyarrow tzdata
COPY sakila_platform sakila_platform
RUN pip install --no-cache-dir --no-deps -c constraints.txt .

RUN mkdir /lake /titles && chown sakila /lake
USER 10001
ENV SAKILA_LAKE=/lake
VOLUME ["/titles", "/lake"]
ENTRYPOINT ["sakila-platform", "ingest-catalogue", "/titles"]
