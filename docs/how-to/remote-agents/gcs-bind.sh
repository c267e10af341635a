gcloud iam roles create airflowXComObjects --project PROJECT_ID --file gcs-role.yaml
gcloud iam service-accounts create airflow-xcom --project PROJECT_ID

# Only objects below the prefix. A condition on a bucket needs uniform bucket-level access.
gcloud storage buckets add-iam-policy-binding gs://BUCKET \
    --member serviceAccount:airflow-xcom@PROJECT_ID.iam.gserviceaccount.com \
    --role projects/PROJECT_ID/roles/airflowXComObjects \
    --condition 'title=xcom-prefix,expression=resource.name.startsWith("projects/_/buckets/BUCKET/objects/PREFIX/")'

# Pods of the Kubernetes service account act as the Google one.
gcloud iam service-accounts add-iam-policy-binding airflow-xcom@PROJECT_ID.iam.gserviceaccount.com \
    --project PROJECT_ID \
    --member "serviceAccount:PROJECT_ID.svc.id.goog[NAMESPACE/airflow-xcom]" \
    --role roles/iam.workloadIdentityUser
kubectl apply --filename serviceaccount-gcs.yaml
