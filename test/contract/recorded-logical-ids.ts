/** The stack PostHogStores. */
export const SAMPLE_APP_STORES = `
AWS::EC2::EIP NetworkVpcEgressSubnet1EIP0CF30EAE
AWS::EC2::NatGateway NetworkVpcEgressSubnet1NATGatewayBCDB0A25
AWS::EC2::Subnet NetworkVpcEgressSubnet1Subnet066C8748
AWS::EC2::Subnet NetworkVpcEgressSubnet2Subnet4EFBC9BB
AWS::EC2::Subnet NetworkVpcLoadBalancerSubnet1Subnet64028412
AWS::EC2::Subnet NetworkVpcLoadBalancerSubnet2Subnet897F4F3F
AWS::EC2::Subnet NetworkVpcServiceSubnet1Subnet54AB6700
AWS::EC2::Subnet NetworkVpcServiceSubnet2SubnetCEB578F9
AWS::EC2::Subnet NetworkVpcStoreSubnet1Subnet22F275BA
AWS::EC2::Subnet NetworkVpcStoreSubnet2SubnetF3083CE9
AWS::EC2::VPC NetworkVpc7FB7348F
AWS::EC2::Volume StoresClickHouseServer1Volume1E4EF7D5
AWS::ElastiCache::ReplicationGroup StoresCacheNodes453FA59A
AWS::ElastiCache::SubnetGroup StoresCacheSubnets145DA43A
AWS::Logs::LogGroup CustomVpcRestrictDefaultSGCustomResourceProviderLogs41F6175A
AWS::Logs::LogGroup NetworkFlowLogs2BEC3212
AWS::Logs::LogGroup StoresClickHouseServer1Logs152C580C
AWS::Logs::LogGroup StoresKafkaBrokersLogs082CCCEE
AWS::Logs::LogGroup StoresKafkaLogs249DCCE7
AWS::MSK::Cluster StoresKafkaCluster5C52B438
AWS::RDS::DBInstance StoresPostgresInstanceAFE37CD7
AWS::RDS::DBSubnetGroup StoresPostgresInstanceSubnetGroup468F34DB
AWS::Route53::HostedZone StoresClickHouseZone61639792
AWS::S3::Bucket StoresObjectStorageBucket9804E6B9
AWS::SecretsManager::Secret StoresClickHouseClusterSecret25F1C74B
AWS::SecretsManager::Secret StoresClickHouseCredentials2B356748
AWS::SecretsManager::Secret StoresClickHouseDictReader3CF4D22A
AWS::SecretsManager::Secret StoresPostgresCredentials759D3086
AWS::SecretsManager::Secret StoresPostgresCyclotronUrl0022799E
AWS::SecretsManager::Secret StoresPostgresNodeCyclotronUrlAF8A3458
AWS::SecretsManager::Secret StoresPostgresNodeUrlEAF5C432
AWS::SecretsManager::Secret StoresPostgresUrl840A22CC
`;

/** What a PostHog has in addition that creates its data stores and its network in its own stack. */
export const ONE_STACK = `
AWS::EC2::EIP PostHogNetworkVpcEgressSubnet1EIP219CED72
AWS::EC2::NatGateway PostHogNetworkVpcEgressSubnet1NATGateway3F176246
AWS::EC2::Subnet PostHogNetworkVpcEgressSubnet1Subnet025F82AD
AWS::EC2::Subnet PostHogNetworkVpcEgressSubnet2Subnet56D8EFA1
AWS::EC2::Subnet PostHogNetworkVpcLoadBalancerSubnet1Subnet426A1A0C
AWS::EC2::Subnet PostHogNetworkVpcLoadBalancerSubnet2Subnet4DE03C8F
AWS::EC2::Subnet PostHogNetworkVpcServiceSubnet1Subnet20854B21
AWS::EC2::Subnet PostHogNetworkVpcServiceSubnet2Subnet56070D32
AWS::EC2::Subnet PostHogNetworkVpcStoreSubnet1SubnetE78862AB
AWS::EC2::Subnet PostHogNetworkVpcStoreSubnet2SubnetCB16B74E
AWS::EC2::VPC PostHogNetworkVpcBF08F927
AWS::EC2::Volume PostHogStoresClickHouseServer1Volume1A89FAFE
AWS::ElastiCache::ReplicationGroup PostHogStoresCacheNodes2123CB88
AWS::ElastiCache::SubnetGroup PostHogStoresCacheSubnetsA97A5B3E
AWS::Logs::LogGroup CustomVpcRestrictDefaultSGCustomResourceProviderLogs41F6175A
AWS::Logs::LogGroup PostHogNetworkFlowLogs238695E6
AWS::Logs::LogGroup PostHogStoresClickHouseServer1Logs5077B679
AWS::Logs::LogGroup PostHogStoresKafkaBrokersLogs7ED73734
AWS::Logs::LogGroup PostHogStoresKafkaLogs29FF8928
AWS::MSK::Cluster PostHogStoresKafkaCluster2448EFC4
AWS::RDS::DBInstance PostHogStoresPostgresInstance1DE65223
AWS::RDS::DBSubnetGroup PostHogStoresPostgresInstanceSubnetGroup07394FCF
AWS::Route53::HostedZone PostHogStoresClickHouseZone8F881015
AWS::S3::Bucket PostHogStoresObjectStorageBucketE481DA49
AWS::SecretsManager::Secret PostHogStoresClickHouseClusterSecretA9328DA1
AWS::SecretsManager::Secret PostHogStoresClickHouseCredentials9A5D8A54
AWS::SecretsManager::Secret PostHogStoresClickHouseDictReaderF0218646
AWS::SecretsManager::Secret PostHogStoresPostgresCredentials92E379DB
AWS::SecretsManager::Secret PostHogStoresPostgresCyclotronUrl760E3B97
AWS::SecretsManager::Secret PostHogStoresPostgresNodeCyclotronUrl3EF37073
AWS::SecretsManager::Secret PostHogStoresPostgresNodeUrl09393FA8
AWS::SecretsManager::Secret PostHogStoresPostgresUrl10C57B42
`;

/** The stack PostHog. A line may be added. Changing or removing one replaces that resource in every deployment there is. */
export const SAMPLE_APP = `
AWS::Backup::BackupVault PostHogBackupVolumesVault6CBAEBBA
AWS::ECS::Cluster PostHogCluster93B980E0
AWS::ECS::ClusterCapacityProviderAssociations PostHogCluster0D14082F
AWS::ECS::Service PostHogServicesBrowserlessServiceC49A478B
AWS::ECS::Service PostHogServicesCaptureService4546B46E
AWS::ECS::Service PostHogServicesCdpHogflowSchedulerServiceB9D49EC2
AWS::ECS::Service PostHogServicesCdpHogflowSubscriptionMatcherService69169206
AWS::ECS::Service PostHogServicesCdpJanitorServiceF7C673B2
AWS::ECS::Service PostHogServicesCymbalNotificationsServiceA727AD5D
AWS::ECS::Service PostHogServicesCymbalResolutionServiceD770FD94
AWS::ECS::Service PostHogServicesCymbalService787CBD32
AWS::ECS::Service PostHogServicesFeatureFlagsServiceC289B1B0
AWS::ECS::Service PostHogServicesHypercacheServerService2E684097
AWS::ECS::Service PostHogServicesIngestionErrorTrackingService8F06963B
AWS::ECS::Service PostHogServicesIngestionGeneralServiceF73E5771
AWS::ECS::Service PostHogServicesIngestionSessionReplayServiceFF24CC1D
AWS::ECS::Service PostHogServicesLivestreamService16E7E7F1
AWS::ECS::Service PostHogServicesPersonhogReplicaService4B7F591A
AWS::ECS::Service PostHogServicesPersonhogRouterService2DDD2922
AWS::ECS::Service PostHogServicesPluginsService8ACD5255
AWS::ECS::Service PostHogServicesPropertyDefsService7ED7426D
AWS::ECS::Service PostHogServicesRecordingApiService38BE8655
AWS::ECS::Service PostHogServicesReplayCaptureService2EC4D78B
AWS::ECS::Service PostHogServicesTemporalBatchExportsWorkerService2CE5AB81
AWS::ECS::Service PostHogServicesTemporalDjangoWorkerService7363EF5B
AWS::ECS::Service PostHogServicesTemporalService58084649
AWS::ECS::Service PostHogServicesWebService09489066
AWS::ECS::Service PostHogServicesWorkerServiceDEB77767
AWS::ElasticLoadBalancingV2::Listener PostHogIngressLoadBalancerHttpAF7084E2
AWS::ElasticLoadBalancingV2::Listener PostHogIngressLoadBalancerHttpsCAD641B7
AWS::ElasticLoadBalancingV2::LoadBalancer PostHogIngressLoadBalancerC0D42C3E
AWS::ElasticLoadBalancingV2::TargetGroup PostHogServicesCaptureTargets340FB3B3
AWS::ElasticLoadBalancingV2::TargetGroup PostHogServicesFeatureFlagsTargetsA68E6683
AWS::ElasticLoadBalancingV2::TargetGroup PostHogServicesHypercacheServerTargets5875B187
AWS::ElasticLoadBalancingV2::TargetGroup PostHogServicesLivestreamTargetsFB7D887E
AWS::ElasticLoadBalancingV2::TargetGroup PostHogServicesPluginsTargetsAA8B2DD7
AWS::ElasticLoadBalancingV2::TargetGroup PostHogServicesReplayCaptureTargets5D63D371
AWS::ElasticLoadBalancingV2::TargetGroup PostHogServicesWebTargets6CEB4089
AWS::Logs::LogGroup CustomPostHogDeploymentCheckCustomResourceProviderLogsCD27BC4E
AWS::Logs::LogGroup CustomPostHogMigrationCustomResourceProviderLogs8205F3BC
AWS::Logs::LogGroup CustomPostHogRsaKeyCustomResourceProviderLogs0D427983
AWS::Logs::LogGroup PostHogBackupFunctionLogs51E3E82C
AWS::Logs::LogGroup PostHogMigrationLogs71DA5B00
AWS::Logs::LogGroup PostHogMigrationStateMachineConcludeLogs7A792510
AWS::Logs::LogGroup PostHogMigrationStateMachineLogs066708B7
AWS::Logs::LogGroup PostHogMonitorFunctionLogsAC926054
AWS::Logs::LogGroup PostHogServicesLogsAppE6E63DFE
AWS::Logs::LogGroup PostHogServicesLogsDataPipelinesD574856F
AWS::Logs::LogGroup PostHogServicesLogsErrorTracking085A8EE3
AWS::Logs::LogGroup PostHogServicesLogsEvents78577A98
AWS::Logs::LogGroup PostHogServicesLogsExportsE9784E3C
AWS::Logs::LogGroup PostHogServicesLogsFeatureFlags34DF6661
AWS::Logs::LogGroup PostHogServicesLogsLiveEvents89967183
AWS::Logs::LogGroup PostHogServicesLogsSessionReplayF1E5D74B
AWS::Logs::LogGroup PostHogUpkeepLogs409B471A
AWS::Logs::LogGroup PostHogUpkeepStateMachineLogs798B0D0B
AWS::S3::Bucket PostHogBackupBucket6CACB7DB
AWS::SecretsManager::Secret PostHogSecretsBrowserlessTokenFB47CF86
AWS::SecretsManager::Secret PostHogSecretsEncryptionSaltKeysB6301810
AWS::SecretsManager::Secret PostHogSecretsFlagsSecretKeys30064C20
AWS::SecretsManager::Secret PostHogSecretsInternalApiSecretE5F0A7A5
AWS::SecretsManager::Secret PostHogSecretsInternalRequestToken8E66BE1C
AWS::SecretsManager::Secret PostHogSecretsJwtSigningKeyFA9F4B4A
AWS::SecretsManager::Secret PostHogSecretsOidcRsaPrivateKeyFDFE0B0A
AWS::SecretsManager::Secret PostHogSecretsSecretKeyE69EAED0
AWS::SecretsManager::Secret PostHogSecretsTemporalSecretKey15FC27EB
AWS::SecretsManager::Secret PostHogSymbolSetKeysSecret3A27DE38
AWS::ServiceDiscovery::PrivateDnsNamespace PostHogNamespace475724DD
AWS::ServiceDiscovery::Service PostHogServicesBrowserlessServiceCloudmapService955C4B1E
AWS::ServiceDiscovery::Service PostHogServicesCaptureServiceCloudmapServiceB1F455F5
AWS::ServiceDiscovery::Service PostHogServicesCymbalResolutionServiceCloudmapServiceD874C7C1
AWS::ServiceDiscovery::Service PostHogServicesCymbalServiceCloudmapServiceB6F5E9DE
AWS::ServiceDiscovery::Service PostHogServicesFeatureFlagsServiceCloudmapService9A8E9B9D
AWS::ServiceDiscovery::Service PostHogServicesPersonhogReplicaServiceCloudmapServiceE04C87E4
AWS::ServiceDiscovery::Service PostHogServicesPersonhogRouterServiceCloudmapService754895B2
AWS::ServiceDiscovery::Service PostHogServicesPluginsServiceCloudmapServiceA2D33A60
AWS::ServiceDiscovery::Service PostHogServicesRecordingApiServiceCloudmapService155268E5
AWS::ServiceDiscovery::Service PostHogServicesReplayCaptureServiceCloudmapService55AF0E84
AWS::ServiceDiscovery::Service PostHogServicesTemporalServiceCloudmapService02A211C5
AWS::ServiceDiscovery::Service PostHogServicesWebServiceCloudmapService42AF50A4
`;

/** With a hosted zone there are these besides. */
export const HOSTED_ZONE = `
AWS::CertificateManager::Certificate PostHogIngressCertificateB5198C02
AWS::Route53::RecordSet PostHogIngressAliasRecordA69A68D8
`;

/** Every store that the library makes, in a VPC that is there already. */
export const STORES = `
AWS::ElastiCache::ReplicationGroup CacheNodes5B43AEF0
AWS::ElastiCache::SubnetGroup CacheSubnets75A36213
AWS::RDS::DBCluster AuroraClusterD4EFE71C
AWS::RDS::DBInstance AuroraClusterReaderDE322A60
AWS::RDS::DBInstance AuroraClusterWriter398336D3
AWS::RDS::DBInstance PostgresInstanceEC667DB9
AWS::RDS::DBSubnetGroup AuroraClusterSubnets1025DD82
AWS::RDS::DBSubnetGroup PostgresInstanceSubnetGroup4C89D258
AWS::S3::Bucket ObjectStorageBucket2111CD97
AWS::SecretsManager::Secret AuroraCredentialsE58A9146
AWS::SecretsManager::Secret AuroraCyclotronUrl2342E91B
AWS::SecretsManager::Secret AuroraNodeCyclotronUrl8B47BF9D
AWS::SecretsManager::Secret AuroraNodeUrl79866371
AWS::SecretsManager::Secret AuroraUrl08E9922F
AWS::SecretsManager::Secret PostgresCredentialsC959EEB4
AWS::SecretsManager::Secret PostgresCyclotronUrlC0FAFB87
AWS::SecretsManager::Secret PostgresNodeCyclotronUrl993A296E
AWS::SecretsManager::Secret PostgresNodeUrlAF721E78
AWS::SecretsManager::Secret PostgresUrlB2E69201
`;
