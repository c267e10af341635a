az role definition create --role-definition @azure-role.json
az identity create --name airflow-xcom --resource-group RESOURCE_GROUP

# Only blobs below the prefix.
az role assignment create \
    --assignee-object-id "$(az identity show --name airflow-xcom --resource-group RESOURCE_GROUP --query principalId --output tsv)" \
    --assignee-principal-type ServicePrincipal \
    --role "Airflow XCom objects" \
    --scope /subscriptions/SUBSCRIPTION_ID/resourceGroups/RESOURCE_GROUP/providers/Microsoft.Storage/storageAccounts/STORAGE_ACCOUNT/blobServices/default/containers/CONTAINER \
    --condition "$(cat azure-condition.txt)" \
    --condition-version 2.0

# Pods of the Kubernetes service account act as the managed identity.
az identity federated-credential create \
    --name airflow-xcom \
    --identity-name airflow-xcom \
    --resource-group RESOURCE_GROUP \
    --issuer OIDC_ISSUER \
    --subject system:serviceaccount:NAMESPACE:airflow-xcom \
    --audiences api://AzureADTokenExchange
kubectl apply --filename serviceaccount-azure.yaml
