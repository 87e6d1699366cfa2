"""Clusters that a job defines itself (`job_clusters` and `new_cluster`), all on Azure."""

from emulator.samples.job_shapes import JsonDict

RUNTIME = "15.4.x-scala2.12"
ML_RUNTIME = "15.4.x-cpu-ml-scala2.12"


def job_cluster(job_cluster_key: str, new_cluster: JsonDict) -> JsonDict:
    return {"job_cluster_key": job_cluster_key, "new_cluster": new_cluster}


def autoscaling(smallest: int, largest: int, *, node_type: str = "Standard_D4ds_v5") -> JsonDict:
    """Return a cluster between two numbers of workers, on spot machines save for the driver."""
    return _cluster(node_type, spot=True) | {
        "autoscale": {"min_workers": smallest, "max_workers": largest},
        "runtime_engine": "PHOTON",
    }


def fixed_size(workers: int, *, node_type: str = "Standard_D4ds_v5") -> JsonDict:
    return _cluster(node_type, spot=False) | {
        "num_workers": workers,
        "runtime_engine": "STANDARD",
    }


def single_node(*, node_type: str = "Standard_D4ds_v5", runtime: str = RUNTIME) -> JsonDict:
    """Return a cluster without workers. All three fields together make it single-node."""
    return _cluster(node_type, spot=False) | {
        "spark_version": runtime,
        "num_workers": 0,
        "spark_conf": {
            "spark.databricks.cluster.profile": "singleNode",
            "spark.master": "local[*, 4]",
        },
        "custom_tags": {"ResourceClass": "SingleNode"},
    }


def _cluster(node_type: str, *, spot: bool) -> JsonDict:
    return {
        "spark_version": RUNTIME,
        "node_type_id": node_type,
        "azure_attributes": {
            "first_on_demand": 1,
            "availability": "SPOT_WITH_FALLBACK_AZURE" if spot else "ON_DEMAND_AZURE",
            "spot_bid_max_price": -1.0,
        },
        "data_security_mode": "SINGLE_USER",
        "enable_elastic_disk": True,
    }
