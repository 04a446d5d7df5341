"""CloudWatch metrics: rows and seconds of each layer, sent while days are worked on. Glue jobs send them too.

A data point is a committed chunk of days, stamped when it was committed: CloudWatch takes no times further back than
two weeks, and a dimension for the day would be a metric to pay for each day.
"""

from __future__ import annotations

import logging

from sakila_platform.settings.aws import AWS_REGION, ENVIRONMENT, METRICS_NAMESPACE

_LOG = logging.getLogger(__name__)
# A network without a way to CloudWatch answers nothing; days must not wait for that.
_SECONDS, _ATTEMPTS = 4, 2


def send_metrics(layer: str, rows: int, days: int, seconds: float) -> None:
    """Send the namespace of the settings, if any, what a layer did: `Rows`, `Days`, and `Seconds` for a day.

    What could not be sent is lost, and logged: metrics are never a reason for a day to fail.
    """
    namespace = METRICS_NAMESPACE.read()
    if not namespace or not days:
        return
    # Here and not above: a quarter of a second that only metrics are worth.
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    dimensions = [
        {"Name": "Environment", "Value": ENVIRONMENT.read()},
        {"Name": "Layer", "Value": layer},
    ]
    values = {"Rows": (float(rows), "Count"), "Days": (float(days), "Count"), "Seconds": (seconds / days, "Seconds")}
    data = [
        {"MetricName": name, "Dimensions": dimensions, "Value": value, "Unit": unit}
        for name, (value, unit) in values.items()
    ]
    try:
        patience = Config(connect_timeout=_SECONDS, read_timeout=_SECONDS, retries={"total_max_attempts": _ATTEMPTS})
        client = boto3.client("cloudwatch", region_name=AWS_REGION.read(), config=patience)
        client.put_metric_data(Namespace=namespace, MetricData=data)
    except (BotoCoreError, ClientError) as error:
        _LOG.warning("Metrics of %s could not be sent to %s: %s", layer, namespace, error)
