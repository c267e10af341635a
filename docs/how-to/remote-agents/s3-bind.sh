aws iam create-role --role-name airflow-xcom --assume-role-policy-document file://s3-trust-policy.json
aws iam put-role-policy --role-name airflow-xcom --policy-name xcom-objects --policy-document file://s3-policy.json
kubectl apply --filename serviceaccount-s3.yaml
