"""Google's own clients, as witnesses of what ours did; prints one JSON object.

google_clients.py make FILE                                     write a small Parquet file of taxi trips
google_clients.py inspect FILE                                  what pyarrow reads in it
google_clients.py object STORAGE BUCKET OBJECT                  what google-cloud-storage sees
google_clients.py table BIGQUERY PROJECT DATASET TABLE          what google-cloud-bigquery sees
"""

import base64
import datetime
import hashlib
import json
import sys

FIELDS = [
    ("VendorID", "int64"), ("lpep_pickup_datetime", "timestamp"), ("lpep_dropoff_datetime", "timestamp"),
    ("store_and_fwd_flag", "string"), ("RatecodeID", "double"), ("PULocationID", "int64"), ("DOLocationID", "int64"),
    ("passenger_count", "double"), ("trip_distance", "double"), ("fare_amount", "double"), ("extra", "double"),
    ("mta_tax", "double"), ("tip_amount", "double"), ("tolls_amount", "double"), ("ehail_fee", "double"),
    ("improvement_surcharge", "double"), ("total_amount", "double"), ("payment_type", "double"),
    ("trip_type", "double"), ("congestion_surcharge", "double"),
]


def make(path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    start = datetime.datetime(2021, 1, 1)
    kinds = {
        "int64": (pa.int64(), lambda n: n % 256),
        "double": (pa.float64(), lambda n: None if n % 7 == 0 else n / 4),
        "string": (pa.string(), lambda n: "Y" if n % 2 else "N"),
        "timestamp": (pa.timestamp("us"), lambda n: start + datetime.timedelta(seconds=n)),
    }
    columns = {name: pa.array([kinds[kind][1](n) for n in range(5000)], kinds[kind][0]) for name, kind in FIELDS}
    pq.write_table(pa.table(columns), path, compression="gzip")
    return {"made": path}


def inspect(path):
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    return {
        "rows": table.num_rows,
        "total": round(pc.sum(table["total_amount"]).as_py(), 2),
        "first": pc.min(table["lpep_pickup_datetime"]).as_py().isoformat(),
    }


def anonymous(module, address, **options):
    from google.auth.credentials import AnonymousCredentials

    return module.Client(credentials=AnonymousCredentials(), client_options={"api_endpoint": address}, **options)


def object_(address, bucket, name):
    from google.cloud import storage

    blob = anonymous(storage, address, project="orch-test").bucket(bucket).get_blob(name)
    content = blob.download_as_bytes()
    return {
        "size": blob.size,
        "crc32c": blob.crc32c,
        "contentType": blob.content_type,
        "md5": base64.b64encode(hashlib.md5(content).digest()).decode() == blob.md5_hash,
    }


def table(address, project, dataset, name):
    from google.cloud import bigquery

    client = anonymous(bigquery, address, project=project, location="US")
    sql = f"select count(*) n, round(sum(total_amount), 2) total, min(lpep_pickup_datetime) f from `{dataset}.{name}`"
    row = list(client.query(sql).result())[0]
    described = client.get_table(f"{project}.{dataset}.{name}")
    return {
        "rows": row["n"],
        "total": row["total"],
        "first": row["f"].isoformat(),
        "types": {field.name: field.field_type for field in described.schema},
    }


VERBS = {"make": make, "inspect": inspect, "object": object_, "table": table}
print(json.dumps(VERBS[sys.argv[1]](*sys.argv[2:])))
