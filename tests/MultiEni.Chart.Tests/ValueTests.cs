using System.Text.Json.Nodes;

namespace MultiEni.Chart.Tests;

/// <summary>
/// Every value has its effect, or is refused with a message that says what to do.
/// </summary>
public class ValueTests
{
    private const string Controller = "Deployment eni-controller";
    private const string Manager = "DaemonSet eni-manager";
    private const string Pod = "spec/template/spec";
    private const string ControllerEnv = $"{Pod}/containers/0/env";
    private const string ManagerEnv = $"{Pod}/containers/0/env";

    /// <summary>A value, the object that shows it, where, and what is there then.</summary>
    public static TheoryData<string, string, string, string> Effects =>
        new()
        {
            { "namespace=\"elsewhere\"", Controller, "metadata/namespace", "\"elsewhere\"" },
            { "createNamespace=true", "Namespace eni-controller-system", "metadata/labels/pod-security.kubernetes.io~enforce", "\"privileged\"" },
            { "nameOverride=\"mine\"", Controller, "metadata/labels/app.kubernetes.io~name", "\"mine\"" },
            { "image.repository=\"r/x\"", Controller, $"{Pod}/containers/0/image", $"\"r/x/eni-controller:{Repository.Version}\"" },
            { "image.tag=\"v9\"", Manager, $"{Pod}/containers/0/image", "\"r.example/multi-eni/eni-manager:v9\"" },
            { "image.pullPolicy=\"Always\"", Manager, $"{Pod}/initContainers/0/imagePullPolicy", "\"Always\"" },
            { "imagePullSecrets=[\"s\"]", Manager, $"{Pod}/imagePullSecrets/0/name", "\"s\"" },
            { "imagePullSecrets=[{\"name\":\"s\"}]", Controller, $"{Pod}/imagePullSecrets/0/name", "\"s\"" },
            { "controller.image.repository=\"r/c\"", Controller, $"{Pod}/containers/0/image", $"\"r/c:{Repository.Version}\"" },
            {
                "eniManager.image.digest=\"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"",
                Manager,
                $"{Pod}/containers/0/image",
                "\"r.example/multi-eni/eni-manager@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\""
            },
            { "awsRegion=\"eu-central-1\"", Controller, $"{ControllerEnv}/AWS_REGION/value", "\"eu-central-1\"" },
            { "clusterName=\"c\"", Controller, $"{ControllerEnv}/CLUSTER_NAME/value", "\"c\"" },
            { "logLevel=\"debug\"", Controller, $"{ControllerEnv}/LOG_LEVEL/value", "\"debug\"" },
            { "logLevel=\"warning\"", Manager, $"{ManagerEnv}/LOG_LEVEL/value", "\"warning\"" },
            { "logFormat=\"text\"", Manager, $"{ManagerEnv}/LOG_FORMAT/value", "\"text\"" },
            { "crds.keep=false", "CustomResourceDefinition nodeenis.networking.k8s.aws", "metadata/annotations", "null" },
            { "controller.replicas=3", Controller, "spec/replicas", "3" },
            { "controller.maxConcurrentReconciles=15", Controller, $"{ControllerEnv}/MAX_CONCURRENT_RECONCILES/value", "\"15\"" },
            { "controller.maxConcurrentENICleanup=8", Controller, $"{ControllerEnv}/MAX_CONCURRENT_ENI_CLEANUP/value", "\"8\"" },
            { "controller.reconcilePeriod=\"10m\"", Controller, $"{ControllerEnv}/RECONCILE_PERIOD/value", "\"10m\"" },
            { "controller.detachmentTimeout=\"1m\"", Controller, $"{ControllerEnv}/DETACHMENT_TIMEOUT/value", "\"1m\"" },
            { "controller.releaseTimeout=\"1m\"", Controller, $"{ControllerEnv}/RELEASE_TIMEOUT/value", "\"1m\"" },
            { "controller.maxCleanupDuration=\"1h\"", Controller, $"{ControllerEnv}/MAX_CLEANUP_DURATION/value", "\"1h\"" },
            { "controller.leaseDuration=\"30s\"", Controller, $"{ControllerEnv}/LEASE_DURATION/value", "\"30s\"" },
            { "controller.renewDeadline=\"5s\"", Controller, $"{ControllerEnv}/RENEW_DEADLINE/value", "\"5s\"" },
            { "controller.retryPeriod=\"1s\"", Controller, $"{ControllerEnv}/RETRY_PERIOD/value", "\"1s\"" },
            { "controller.ec2RateProfile=2.5", Controller, $"{ControllerEnv}/EC2_RATE_PROFILE/value", "\"2.5\"" },
            { "controller.defaultDeviceIndex=2", Controller, $"{ControllerEnv}/DEFAULT_DEVICE_INDEX/value", "\"2\"" },
            { "controller.permissionPreflight=false", Controller, $"{ControllerEnv}/PERMISSION_PREFLIGHT/value", "\"false\"" },
            { "imds={\"autoConfigureHopLimit\":true,\"hopLimit\":3}", Controller, $"{ControllerEnv}/IMDS_HOP_LIMIT/value", "\"3\"" },
            {
                "imds={\"autoConfigureHopLimit\":true,\"aggressiveConfiguration\":true}",
                Controller,
                $"{ControllerEnv}/IMDS_AGGRESSIVE_CONFIGURATION/value",
                "\"true\""
            },
            { "controller.leakBrake=false", Controller, $"{ControllerEnv}/LEAK_BRAKE/value", "\"off\"" },
            { "controller.multusNetworksNamespace=\"net\"", Controller, $"{ControllerEnv}/MULTUS_NETWORKS_NAMESPACE/value", "\"net\"" },
            {
                "controller={\"multusNetworksNamespace\":\"net\",\"multusIPAM\":\"none\"}",
                Controller,
                $"{ControllerEnv}/MULTUS_IPAM/value",
                "\"none\""
            },
            {
                "controller.nodeSlicePoolsNamespace=\"kube-system\"",
                Controller,
                $"{ControllerEnv}/NODE_SLICE_POOLS_NAMESPACE/value",
                "\"kube-system\""
            },
            { "controller.nodeOverlays=true", Controller, $"{ControllerEnv}/NODE_OVERLAYS/value", "\"true\"" },
            { "controller.metricsAddr=\":9090\"", Controller, $"{Pod}/containers/0/livenessProbe/httpGet/port", "9090" },
            { "metrics.port=9091", Controller, $"{ControllerEnv}/METRICS_ADDR/value", "\":9091\"" },
            { "controller.terminationGracePeriodSeconds=10", Controller, $"{Pod}/terminationGracePeriodSeconds", "10" },
            { "controller.priorityClassName=\"p\"", Controller, $"{Pod}/priorityClassName", "\"p\"" },
            { "controller.updateStrategy={\"type\":\"Recreate\",\"rollingUpdate\":null}", Controller, "spec/strategy", "{\"type\":\"Recreate\"}" },
            { "controller.podDisruptionBudget.maxUnavailable=\"50%\"", "PodDisruptionBudget eni-controller", "spec/maxUnavailable", "\"50%\"" },
            { "controller.topologySpreadConstraints=[{\"maxSkew\":2}]", Controller, $"{Pod}/topologySpreadConstraints", "[{\"maxSkew\":2}]" },
            { "controller.nodeSelector.a=\"b\"", Controller, $"{Pod}/nodeSelector/a", "\"b\"" },
            { "controller.tolerations=[{\"key\":\"k\"}]", Controller, $"{Pod}/tolerations", "[{\"key\":\"k\"}]" },
            { "affinity={\"podAffinity\":{}}", Controller, $"{Pod}/affinity", "{\"podAffinity\":{}}" },
            { "controller.affinity={\"podAffinity\":{}}", Controller, $"{Pod}/affinity", "{\"podAffinity\":{}}" },
            { "controller.extraArgs=[\"--leak-brake=off\"]", Controller, $"{Pod}/containers/0/args", "[\"--leak-brake=off\"]" },
            { "controller.extraEnv=[{\"name\":\"HTTPS_PROXY\",\"value\":\"p\"}]", Controller, $"{ControllerEnv}/HTTPS_PROXY/value", "\"p\"" },
            { "controller.extraEnvFrom=[{\"secretRef\":{\"name\":\"s\"}}]", Controller, $"{Pod}/containers/0/envFrom/0/secretRef/name", "\"s\"" },
            { "controller.extraVolumes=[{\"name\":\"v\"}]", Controller, $"{Pod}/volumes/v/name", "\"v\"" },
            { "controller.extraVolumeMounts=[{\"name\":\"v\"}]", Controller, $"{Pod}/containers/0/volumeMounts/v/name", "\"v\"" },
            { "controller.podAnnotations.a=\"b\"", Controller, "spec/template/metadata/annotations/a", "\"b\"" },
            { "controller.podLabels.a=\"b\"", Controller, "spec/template/metadata/labels/a", "\"b\"" },
            { "controller.livenessProbe.periodSeconds=7", Controller, $"{Pod}/containers/0/livenessProbe/periodSeconds", "7" },
            { "controller.readinessProbe.periodSeconds=7", Controller, $"{Pod}/containers/0/readinessProbe/periodSeconds", "7" },
            { "controller.containerSecurityContext.runAsUser=7", Controller, $"{Pod}/containers/0/securityContext/runAsUser", "7" },
            { "securityContext.runAsUser=1234", Controller, $"{Pod}/securityContext/runAsUser", "1234" },
            { "resources.controller.limits.memory=\"1Gi\"", Controller, $"{Pod}/containers/0/resources/limits/memory", "\"1Gi\"" },
            { "resources.manager.limits.memory=\"1Gi\"", Manager, $"{Pod}/containers/0/resources/limits/memory", "\"1Gi\"" },
            { "resources.setup.limits.memory=\"1Gi\"", Manager, $"{Pod}/initContainers/0/resources/limits/memory", "\"1Gi\"" },
            { "serviceAccount.annotations.a=\"b\"", "ServiceAccount eni-controller", "metadata/annotations/a", "\"b\"" },
            { "serviceAccount.name=\"mine\"", Controller, $"{Pod}/serviceAccountName", "\"mine\"" },
            { "eniManager.serviceAccount.annotations.a=\"b\"", "ServiceAccount eni-manager", "metadata/annotations/a", "\"b\"" },
            { "eniManager.serviceAccount.name=\"mine\"", Manager, $"{Pod}/serviceAccountName", "\"mine\"" },
            { "podAnnotations.a=\"b\"", Manager, "spec/template/metadata/annotations/a", "\"b\"" },
            { "podLabels.a=\"b\"", Controller, "spec/template/metadata/labels/a", "\"b\"" },
            { "commonLabels.a=\"b\"", "ClusterRole eni-manager", "metadata/labels/a", "\"b\"" },
            { "nodeSelector={\"ng\":null,\"role\":\"net\"}", Manager, $"{Pod}/nodeSelector", "{\"role\":\"net\"}" },
            { "eniManager.nodeSelector={\"role\":\"net\"}", Manager, $"{Pod}/nodeSelector", "{\"role\":\"net\"}" },
            { "tolerations=[{\"key\":\"k\"}]", Manager, $"{Pod}/tolerations/0/key", "\"k\"" },
            { "eniManager.tolerations=[{\"key\":\"k\"}]", Manager, $"{Pod}/tolerations/0/key", "\"k\"" },
            { "eniManager.affinity={\"nodeAffinity\":{}}", Manager, $"{Pod}/affinity", "{\"nodeAffinity\":{}}" },
            { "eniManager.checkInterval=\"15s\"", Manager, $"{ManagerEnv}/CHECK_INTERVAL/value", "\"15s\"" },
            { "eniManager.debug=true", Manager, $"{ManagerEnv}/LOG_LEVEL/value", "\"debug\"" },
            { "eniManager.eniPattern=\"^eth\"", Manager, $"{ManagerEnv}/ENI_PATTERN/value", "\"^eth\"" },
            { "eniManager.ignoreInterfaces=\"a,b\"", Manager, $"{ManagerEnv}/IGNORE_INTERFACES/value", "\"a,b\"" },
            { "eniManager.primaryInterface=\"eth0\"", Manager, $"{ManagerEnv}/PRIMARY_INTERFACE/value", "\"eth0\"" },
            { "eniManager.useNetlink=false", Manager, $"{ManagerEnv}/USE_NETLINK/value", "\"false\"" },
            { "eniManager.defaultMTU=9001", Manager, $"{ManagerEnv}/DEFAULT_MTU/value", "\"9001\"" },
            { "eniManager.interfaceMTUs=\"eth1:9001\"", Manager, $"{ManagerEnv}/INTERFACE_MTUS/value", "\"eth1:9001\"" },
            { "eniManager.interfaceUpTimeout=\"5s\"", Manager, $"{ManagerEnv}/INTERFACE_UP_TIMEOUT/value", "\"5s\"" },
            { "eniManager.hostPID=false", Manager, $"{Pod}/hostPID", "null" },
            { "eniManager.dpdk.enabled=false", Manager, $"{Pod}/initContainers/0/env/ENABLE_DPDK/value", "\"false\"" },
            { "eniManager.ipam.enabled=false", Manager, $"{ManagerEnv}/IPAM_SOCKET/value", "\"0\"" },
            { "eniManager.ipam.cniBinPath=\"/var/lib/cni/bin\"", Manager, $"{Pod}/initContainers/0/env/CNI_BIN_PATH/value", "\"/var/lib/cni/bin\"" },
            { "eniManager.dpdk.driver=\"igb_uio\"", Manager, $"{Pod}/initContainers/0/env/DEFAULT_DPDK_DRIVER/value", "\"igb_uio\"" },
            {
                "eniManager.dpdk.drivers=[\"vfio-pci\",\"igb_uio\"]",
                Manager,
                $"{Pod}/initContainers/0/env/DPDK_DRIVERS/value",
                "\"vfio-pci,igb_uio\""
            },
            {
                "eniManager.dpdk.bindingScript=\"/opt/dpdk/dpdk-devbind.py\"",
                Manager,
                $"{ManagerEnv}/DPDK_BINDING_SCRIPT/value",
                "\"/opt/dpdk/dpdk-devbind.py\""
            },
            { "eniManager.dpdk.bindingTimeout=\"90s\"", Manager, $"{ManagerEnv}/DPDK_BINDING_TIMEOUT/value", "\"90s\"" },
            { "eniManager.dpdk.sriovDPConfigPath=\"/etc/x/c.json\"", Manager, $"{Pod}/volumes/plugin-file/hostPath/path", "\"/etc/x\"" },
            { "eniManager.dpdk.resourceNames=\"eth1:a/b\"", Manager, $"{ManagerEnv}/DPDK_RESOURCE_NAMES/value", "\"eth1:a/b\"" },
            { "eniManager.dpdk.noIommuMode=\"never\"", Manager, $"{Pod}/initContainers/0/env/NOIOMMU_MODE/value", "\"never\"" },
            { "eniManager.dpdk.acceptKnownBadEna=true", Manager, $"{ManagerEnv}/ACCEPT_KNOWN_BAD_ENA/value", "\"true\"" },
            { "eniManager.allowedDevices=\"1d0f:ec20\"", Manager, $"{ManagerEnv}/ALLOWED_DEVICES/value", "\"1d0f:ec20\"" },
            { "eniManager.devicePlugin.namespaces=[\"a\",\"b\"]", Manager, $"{ManagerEnv}/DEVICE_PLUGIN_NAMESPACES/value", "\"a,b\"" },
            { "eniManager.devicePlugin.labels=[\"a=b\"]", Manager, $"{ManagerEnv}/DEVICE_PLUGIN_LABELS/value", "\"a=b\"" },
            { "eniManager.devicePlugin.restartDelay=\"9s\"", Manager, $"{ManagerEnv}/DEVICE_PLUGIN_RESTART_DELAY/value", "\"9s\"" },
            { "eniManager.mappingStorePath=\"/var/lib/x/j.json\"", Manager, $"{Pod}/volumes/journal/hostPath/path", "\"/var/lib/x\"" },
            { "eniManager.metricsAddr=\"10.0.0.1:1\"", Manager, $"{Pod}/containers/0/readinessProbe/httpGet/host", "\"10.0.0.1\"" },
            { "eniManager.metricsPort=8099", Manager, $"{ManagerEnv}/METRICS_ADDR/value", "\"127.0.0.1:8099\"" },
            { "eniManager.terminationGracePeriodSeconds=60", Manager, $"{Pod}/terminationGracePeriodSeconds", "60" },
            { "eniManager.priorityClassName=\"p\"", Manager, $"{Pod}/priorityClassName", "\"p\"" },
            { "eniManager.updateStrategy.type=\"OnDelete\"", Manager, "spec/updateStrategy/type", "\"OnDelete\"" },
            { "eniManager.podAnnotations.a=\"b\"", Manager, "spec/template/metadata/annotations/a", "\"b\"" },
            { "eniManager.podLabels.a=\"b\"", Manager, "spec/template/metadata/labels/a", "\"b\"" },
            { "eniManager.extraArgs=[\"--debug\"]", Manager, $"{Pod}/containers/0/args", "[\"--debug\"]" },
            { "eniManager.extraEnv=[{\"name\":\"X\",\"value\":\"p\"}]", Manager, $"{ManagerEnv}/X/value", "\"p\"" },
            { "eniManager.extraSetupEnv=[{\"name\":\"X\",\"value\":\"p\"}]", Manager, $"{Pod}/initContainers/0/env/X/value", "\"p\"" },
            { "eniManager.extraEnvFrom=[{\"secretRef\":{\"name\":\"s\"}}]", Manager, $"{Pod}/containers/0/envFrom/0/secretRef/name", "\"s\"" },
            { "eniManager.extraVolumes=[{\"name\":\"v\"}]", Manager, $"{Pod}/volumes/v/name", "\"v\"" },
            { "eniManager.extraVolumeMounts=[{\"name\":\"v\"}]", Manager, $"{Pod}/containers/0/volumeMounts/v/name", "\"v\"" },
            { "eniManager.livenessProbe.periodSeconds=7", Manager, $"{Pod}/containers/0/livenessProbe/periodSeconds", "7" },
            { "eniManager.readinessProbe.periodSeconds=7", Manager, $"{Pod}/containers/0/readinessProbe/periodSeconds", "7" },
            { "eniManager.listPods=true", Manager, $"{ManagerEnv}/LIST_PODS/value", "\"true\"" },
            { "eniManager.kubeletPath=\"/data/kubelet\"", Manager, $"{Pod}/volumes/pod-resources/hostPath/path", "\"/data/kubelet/pod-resources\"" },
            { "eniManager.devicePluginsPath=\"/data/plugins\"", Manager, $"{ManagerEnv}/DEVICE_PLUGINS_PATH/value", "\"/data/plugins\"" },
            { "metrics.enabled=true", Manager, $"{ManagerEnv}/METRICS_ADDR/value", "\":8081\"" },
        };

    [Theory]
    [MemberData(nameof(Effects))]
    public async Task A_value_has_its_effect(string value, string obj, string path, string expected)
    {
        var rendered = await Helm.V4.TemplateAsync(value);

        var (kind, name) = (obj.Split(' ')[0], obj.Split(' ')[1]);
        Assert.Equal(expected, At(rendered.Get(kind, name), path) ?? "null");
        // Where the value is the chart's own, the test above would show nothing.
        var standard = (await Standard.Value).Find(kind, name);
        Assert.NotEqual(expected, standard is null ? "absent" : At(standard, path) ?? "null");
    }

    [Theory]
    [InlineData("eniManager.enabled=false", "DaemonSet eni-manager")]
    [InlineData("eniManager.enabled=false", "ClusterRole eni-manager")]
    [InlineData("crds.install=false", "CustomResourceDefinition nodeenis.networking.k8s.aws")]
    [InlineData("rbac.create=false", "ClusterRole eni-controller")]
    [InlineData("rbac.create=false", "Role eni-manager")]
    [InlineData("serviceAccount.create=false", "ServiceAccount eni-controller")]
    [InlineData("eniManager.serviceAccount.create=false", "ServiceAccount eni-manager")]
    [InlineData("controller.podDisruptionBudget.enabled=false", "PodDisruptionBudget eni-controller")]
    [InlineData("controller.replicas=1", "PodDisruptionBudget eni-controller")]
    [InlineData("admissionPolicy.enabled=false", "ValidatingAdmissionPolicy eni-machine-written")]
    [InlineData("--kube-version=1.29.0", "ValidatingAdmissionPolicy eni-manager-own-node")]
    [InlineData("eniManager.devicePublisher=\"embedded\"", "Role eni-manager")]
    public async Task A_value_leaves_an_object_out(string value, string obj)
    {
        Assert.Contains(obj, (await Standard.Value).Names());
        Assert.DoesNotContain(obj, (await Helm.V4.TemplateAsync(value)).Names());
    }

    [Theory]
    [InlineData("networkPolicy.enabled=true", "NetworkPolicy eni-controller")]
    [InlineData("metrics.enabled=true", "Service eni-controller-metrics")]
    [InlineData("metrics={\"enabled\":true,\"serviceMonitor\":{\"enabled\":true}}", "ServiceMonitor eni-controller")]
    [InlineData("metrics={\"enabled\":true,\"podMonitor\":{\"enabled\":true}}", "PodMonitor eni-manager")]
    [InlineData("metrics.prometheusRule.enabled=true", "PrometheusRule aws-multi-eni-controller")]
    [InlineData("controller.multusNetworksNamespace=\"net\"", "Role eni-controller-networks")]
    [InlineData("controller.multusNetworksNamespace=\"net\"", "RoleBinding eni-controller-networks")]
    [InlineData("controller.nodeSlicePoolsNamespace=\"kube-system\"", "Role eni-controller-node-slices")]
    [InlineData("controller.nodeSlicePoolsNamespace=\"kube-system\"", "RoleBinding eni-controller-node-slices")]
    [InlineData("metrics.dashboard.enabled=true", "ConfigMap aws-multi-eni-controller-dashboard")]
    [InlineData(Dra, "DeviceClass eni.networking.k8s.aws")]
    public async Task A_value_adds_an_object(string value, string obj)
    {
        Assert.DoesNotContain(obj, (await Standard.Value).Names());
        Assert.Contains(obj, (await Helm.V4.TemplateAsync(value, "--kube-version=1.34.0")).Names());
    }

    [Theory]
    [InlineData("image.repository=\"\"", "must come from a registry that you trust")]
    [InlineData("image={\"repository\":\"r/aws-multi-eni-controller\",\"tag\":\"v1.3.8\"}", "is the image of the Go controller")]
    [InlineData("fullnameOverride=\"x\"", "nameOverride changes a label")]
    [InlineData("imds.aggressiveConfiguration=true", "Set both, or neither")]
    [InlineData("cloudNativeAuth.enabled=false", "Remove the value")]
    [InlineData("cloudNativeAuth.preferIRSA=false", "IRSA precedes EKS Pod Identity")]
    [InlineData("controller.enableLeaderElection=false", "set controller.replicas to 1")]
    [InlineData("controller.metricsAddr=\"0\"", "nothing to probe")]
    [InlineData("eniManager.metricsAddr=\"0\"", "nothing to probe")]
    [InlineData("metrics.serviceMonitor.enabled=true", "needs metrics.enabled")]
    [InlineData("eniManager.serviceAccount.name=\"eni-controller\"", "Give them different names")]
    [InlineData("eniManager.devicePlugin.namespaces=[]", "set the namespace of the SR-IOV device plugin")]
    [InlineData("controller.replicaz=1", "replicaz")]
    [InlineData("eniManager.dpdk.driver=\"e1000\"", "driver")]
    [InlineData("controller.reconcilePeriod=\"soon\"", "reconcilePeriod")]
    public async Task A_value_that_cannot_be_meant_is_refused(string value, string because)
    {
        Assert.Contains(because, await Helm.V4.RefusalAsync(value));
    }

    [Fact]
    public async Task Policies_that_a_cluster_does_not_know_are_refused_when_they_are_asked_for()
    {
        Assert.Contains("need 1.30", await Helm.V4.RefusalAsync("admissionPolicy.enabled=true", "--kube-version=1.29.0"));
    }

    [Fact]
    public async Task A_DRA_driver_on_a_cluster_without_its_API_is_rejected()
    {
        Assert.Contains("needs 1.34", await Helm.V4.RefusalAsync(Dra, "--kube-version=1.33.0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_rights_of_a_DRA_driver_come_with_it_alone()
    {
        Assert.DoesNotContain("resource.k8s.io", ApiGroups(await Helm.V4.TemplateAsync("--kube-version=1.33.0")));

        var rendered = await Helm.V4.TemplateAsync(Dra, "--kube-version=1.34.0");

        Assert.Contains("resource.k8s.io", ApiGroups(rendered));
        Assert.Equal("\"dra\"", At(rendered.Manager, $"{ManagerEnv}/DEVICE_PUBLISHER/value"));
        Assert.Equal("\"true\"", At(rendered.Controller, $"{ControllerEnv}/DEVICE_CLASSES/value"));
    }

    [Fact]
    public async Task Any_other_publisher_may_delete_its_nodes_slice_which_dra_may_have_left()
    {
        const string Policy = "ValidatingAdmissionPolicy eni-manager-own-node-slices";
        var rendered = await Helm.V4.TemplateAsync("--kube-version=1.34.0");

        var rule = Assert.Single(
            rendered.OfKind("ClusterRole").Single(role => role["metadata"]!["name"]!.GetValue<string>() == "eni-manager")["rules"]!.AsArray(),
            rule => rule!["apiGroups"]![0]!.GetValue<string>() == "resource.k8s.io"
        )!;
        Assert.Equal("""["resourceslices"]["delete"]""", rule["resources"]!.ToJsonString() + rule["verbs"]!.ToJsonString());
        Assert.Contains(Policy, rendered.Names());
        Assert.DoesNotContain(Policy, (await Helm.V4.TemplateAsync("--kube-version=1.33.0")).Names());
    }

    /// <summary>
    /// kubectl and Helm refuse fields that a cluster's API does not have. Expected are those of
    /// Kubernetes 1.25:
    /// https://v1-25.docs.kubernetes.io/docs/reference/kubernetes-api/extend-resources/custom-resource-definition-v1/
    /// </summary>
    [Theory]
    [InlineData("1.25.0", false)]
    [InlineData("1.29.15", false)]
    [InlineData("1.30.0", true)]
    [InlineData("v1.30.4-eks-a737599", true)]
    public async Task Definitions_and_policies_are_those_that_the_clusters_version_has(string version, bool isRecent)
    {
        string[] known = ["additionalPrinterColumns", "name", "schema", "served", "storage", "subresources"];
        var rendered = await Helm.V4.TemplateAsync($"--kube-version={version}");

        foreach (var definition in rendered.OfKind("CustomResourceDefinition"))
        {
            var fields = definition["spec"]!["versions"]![0]!.AsObject().Select(field => field.Key).Order(StringComparer.Ordinal);
            Assert.Equal(isRecent ? known.Append("selectableFields").Order(StringComparer.Ordinal) : known, fields);
        }

        Assert.Equal(isRecent ? 4 : 0, rendered.OfKind("ValidatingAdmissionPolicy").Count());
        Assert.Equal(isRecent ? 4 : 0, rendered.OfKind("ValidatingAdmissionPolicyBinding").Count());
    }

    [Fact]
    public async Task A_version_that_would_not_evaluate_the_definitions_rules_is_refused()
    {
        Assert.Contains("requires kubeVersion: >=1.25.0", await Helm.V4.RefusalAsync("--kube-version=1.24.17"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sriov-config", "journal,modules,plugin-file,pod-resources,vfio")]
    [InlineData("embedded", "device-info,device-plugins,journal,modules,pod-resources,vfio")]
    [InlineData("dra", "cdi,dra-plugin,journal,modules,plugins-registry,pod-resources,vfio")]
    [InlineData("none", "journal,modules,pod-resources,vfio")]
    public async Task The_manager_mounts_of_the_host_what_its_way_of_publishing_needs(string publisher, string expected)
    {
        var rendered = await Helm.V4.TemplateAsync($"eniManager.devicePublisher=\"{publisher}\"", WithoutIpam, "--kube-version=1.34.0");

        Assert.Equal(expected, Volumes(rendered));
    }

    [Fact]
    public async Task A_manager_without_DPDK_sees_neither_modules_nor_devices()
    {
        var rendered = await Helm.V4.TemplateAsync("eniManager.dpdk.enabled=false", WithoutIpam);
        Assert.Equal("journal,plugin-file,pod-resources", Volumes(rendered));
        Assert.Null(At(rendered.Manager, $"{Pod}/initContainers"));
    }

    [Fact]
    public async Task A_manager_that_gives_addresses_sees_socket_and_namespaces_and_only_its_setup_the_CNI_folder()
    {
        var rendered = await Helm.V4.TemplateAsync("eniManager.dpdk.enabled=false");

        Assert.Equal("cni-bin,ipam-socket,journal,network-namespaces,plugin-file,pod-resources", Volumes(rendered));
        Assert.Equal("\"/opt/cni/bin\"", At(rendered.Manager, $"{Pod}/initContainers/0/volumeMounts/cni-bin/mountPath"));
        Assert.Null(At(rendered.Manager, $"{Pod}/initContainers/0/volumeMounts/modules"));
        Assert.Null(At(rendered.Manager, $"{Pod}/containers/0/volumeMounts/cni-bin"));
        Assert.Equal("true", At(rendered.Manager, $"{Pod}/containers/0/volumeMounts/network-namespaces/readOnly"));
    }

    [Fact]
    public async Task A_startup_taint_is_tolerated_by_the_manager_and_removed_by_the_controller()
    {
        var rendered = await Helm.V4.TemplateAsync("startupTaint.enabled=true");

        Assert.Contains("networking.k8s.aws/eni-not-ready", At(rendered.Manager, $"{Pod}/tolerations"));
        Assert.Equal("\"true\"", At(rendered.Controller, $"{ControllerEnv}/MANAGE_STARTUP_TAINT/value"));
        Assert.Contains("patch", VerbsOnNodes(rendered));
        Assert.DoesNotContain("patch", VerbsOnNodes(await Standard.Value));
    }

    private const string WithoutIpam = "eniManager.ipam.enabled=false";

    private const string Dra = "eniManager.devicePublisher=\"dra\"";

    private static IEnumerable<string> ApiGroups(Rendered rendered) =>
        rendered
            .OfKind("ClusterRole")
            .SelectMany(role => role["rules"]!.AsArray())
            .SelectMany(rule => rule!["apiGroups"]!.AsArray())
            .Select(group => group!.GetValue<string>());

    private static Lazy<Task<Rendered>> Standard { get; } = new(() => Helm.V4.TemplateAsync());

    private static string? At(JsonNode? node, string path) => Rendered.At(node, path);

    private static string Volumes(Rendered rendered) =>
        string.Join(
            ',',
            Rendered.PodOf(rendered.Manager)["volumes"]!.AsArray().Select(volume => volume!["name"]!.GetValue<string>()).Order(StringComparer.Ordinal)
        );

    private static string VerbsOnNodes(Rendered rendered) =>
        rendered.Get("ClusterRole", "eni-controller")["rules"]!.AsArray().Single(rule => rule!["resources"]![0]!.GetValue<string>() == "nodes")![
            "verbs"
        ]!.ToJsonString();
}
