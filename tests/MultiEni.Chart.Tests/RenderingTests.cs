namespace MultiEni.Chart.Tests;

/// <summary>
/// The chart renders on both generations of Helm, and what it renders is what is kept in the
/// repository.
/// </summary>
public class RenderingTests
{
    /// <summary>The values of the Go controller's chart, as they stand in its own file.</summary>
    private const string GoValues = """
        {"image": {"repository": "example/aws-multi-eni-controller", "tag": "v1.3.8", "pullPolicy": "Always"}, "namespace": "eni-controller-system",
         "awsRegion": "us-east-1", "imds": {"autoConfigureHopLimit": true, "hopLimit": 2, "aggressiveConfiguration": true},
         "cloudNativeAuth": {"enabled": true, "preferIRSA": true}, "logLevel": "info", "nodeSelector": {"ng": "multi-eni"},
         "controller": {"maxConcurrentENICleanup": 3, "maxConcurrentReconciles": 5, "enableLeaderElection": true, "metricsAddr": ":8080",
           "terminationGracePeriodSeconds": 10},
         "eniManager": {"defaultMTU": 0, "checkInterval": "30s", "debug": true, "eniPattern": "^(eth|ens|eni|en|enX)[0-9]+",
           "ignoreInterfaces": "tunl0,gre0", "useNetlink": true, "dpdk": {"enabled": true, "driver": "vfio-pci",
           "bindingScript": "/opt/dpdk/dpdk-devbind.py", "sriovDPConfigPath": "/etc/pcidp/config.json", "resourceNames": ""}},
         "resources": {"controller": {"limits": {"cpu": "500m", "memory": "512Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
           "manager": {"limits": {"cpu": "500m", "memory": "512Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}}},
         "securityContext": {"runAsNonRoot": true, "runAsUser": 1000, "fsGroup": 2000},
         "serviceAccount": {"create": true, "name": "eni-controller", "annotations": {}}, "rbac": {"create": true},
         "podAnnotations": {}, "podLabels": {}, "tolerations": [], "affinity": {},
         "metrics": {"enabled": true, "port": 8080, "service": {"type": "ClusterIP", "port": 8080}}, "nameOverride": "", "fullnameOverride": ""}
        """;

    private static readonly string[][] Matrix =
    [
        [],
        ["createNamespace=true", "crds.install=false", "rbac.create=false", "serviceAccount.create=false", "eniManager.serviceAccount.create=false"],
        ["eniManager.enabled=false", "controller.replicas=1", "controller.enableLeaderElection=false"],
        ["eniManager.devicePublisher=\"embedded\"", "eniManager.dpdk.enabled=false", "startupTaint.enabled=true"],
        [
            "metrics={\"enabled\":true,\"serviceMonitor\":{\"enabled\":true},\"podMonitor\":{\"enabled\":true},\"prometheusRule\":{\"enabled\":true},\"dashboard\":{\"enabled\":true}}",
            "networkPolicy.enabled=true",
            "imds.autoConfigureHopLimit=true",
        ],
        ["eniManager.devicePublisher=\"dra\""],
        ["admissionPolicy={\"enabled\":true,\"exemptGroups\":[\"staff\"],\"exemptUsers\":[\"ann\"]}"],
    ];

    [Fact]
    public async Task Helm_3_and_Helm_4_find_nothing_to_complain_of_and_render_the_same()
    {
        foreach (var values in Matrix)
        {
            var (code, output) = await Helm.V4.LintAsync(values);
            Assert.True(code == 0, output);
            var newer = await Helm.V4.TemplateAsync([.. values, "--kube-version=1.34.0"]);
            var older = await Helm.V3.TemplateAsync([.. values, "--kube-version=1.34.0"]);
            Assert.Equal(Sorted(newer), Sorted(older));
        }
    }

    [Fact]
    public async Task A_values_file_of_the_Go_controllers_chart_is_understood_but_for_its_image()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, GoValues, TestContext.Current.CancellationToken);

        // helm lets --set-json go before a file, wherever it stands.
        Assert.Contains(
            "is the image of the Go controller",
            await Helm.V4.RefusalAsync($"--values={file}", "image.repository=\"example/aws-multi-eni-controller\"")
        );
        var rendered = await Helm.V4.TemplateAsync($"--values={file}", "image.tag=\"\"");

        Assert.Contains("Service eni-controller-metrics", rendered.Names());
        Assert.Equal("{\"app\":\"eni-controller\"}", rendered.Controller["spec"]!["selector"]!["matchLabels"]!.ToJsonString());
        Assert.Equal(
            $"r.example/multi-eni/eni-controller:{Repository.Version}",
            Rendered.ContainerOf(rendered.Controller)["image"]!.GetValue<string>()
        );
    }

    [Fact]
    public async Task A_container_that_ends_leaves_its_last_words_in_the_pods_status()
    {
        var rendered = await Helm.V4.TemplateAsync();

        var containers = new[] { rendered.Controller, rendered.Manager }
            .Select(Rendered.PodOf)
            .SelectMany(pod => pod["containers"]!.AsArray().Concat(pod["initContainers"]?.AsArray() ?? []))
            .ToList();
        Assert.Equal(3, containers.Count);
        Assert.All(containers, container => Assert.Equal("FallbackToLogsOnError", container!["terminationMessagePolicy"]?.GetValue<string>()));
    }

    [Fact]
    public async Task The_specifications_Helm_values_and_variables_say_the_same()
    {
        var rendered = await Helm.V4.TemplateAsync(
            """eniManager.dpdk={"enabled": true, "driver": "vfio-pci", "bindingScript": "/opt/dpdk/dpdk-devbind.py", "sriovDPConfigPath": "/etc/pcidp/config.json"}"""
        );

        var environment = Rendered.EnvironmentOf(Rendered.ContainerOf(rendered.Manager));
        Assert.Equal("true", environment["ENABLE_DPDK"]);
        Assert.Equal("vfio-pci", environment["DEFAULT_DPDK_DRIVER"]);
        Assert.Equal("/opt/dpdk/dpdk-devbind.py", environment["DPDK_BINDING_SCRIPT"]);
        Assert.Equal("/etc/pcidp/config.json", environment["SRIOV_DP_CONFIG_PATH"]);
    }

    [Fact]
    public async Task The_manifests_for_kubectl_are_those_of_the_chart()
    {
        string[] kept = ["deploy/install.yaml", "tests/MultiEni.Scenarios/Staging/dra-access.yaml"];
        var made = kept.Select(_ => Path.GetTempFileName()).ToArray();
        var (code, _, error) = await Repository.RunAsync(Path.Combine(Repository.Root, "eng", "render-manifests.sh"), made);
        Assert.True(code == 0, error);

        foreach (var (path, file) in kept.Zip(made))
        {
            Assert.True(
                await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken) == Repository.Read(path.Split('/')),
                $"run eng/render-manifests.sh and commit {path}"
            );
        }
    }

    [Fact]
    public void Every_manifest_fits_into_the_annotation_of_client_side_apply()
    {
        // The API server takes 256 KiB of annotations of an object.
        var manifests = MultiEni.Simulator.Kubernetes.Yaml.YamlDocuments.Parse(Repository.Read("deploy", "install.yaml"));

        Assert.All(manifests, manifest => Assert.InRange(manifest.ToJsonString().Length, 1, 256 * 1024 - 1));
    }

    [Fact]
    public async Task The_definitions_are_kept_at_uninstall_and_otherwise_as_they_are_written()
    {
        var rendered = await Helm.V4.TemplateAsync();

        var definitions = rendered.OfKind("CustomResourceDefinition").ToList();
        Assert.Equal(2, definitions.Count);
        foreach (var definition in definitions)
        {
            Assert.Equal("keep", definition["metadata"]!["annotations"]!["helm.sh/resource-policy"]!.GetValue<string>());
            var source = Repository.Read(
                "charts",
                "aws-multi-eni-controller",
                "files",
                "crds",
                $"networking.k8s.aws_{definition["spec"]!["names"]!["plural"]}.yaml"
            );
            var written = MultiEni.Simulator.Kubernetes.Yaml.YamlDocuments.Parse(source)[0];
            Assert.True(
                System.Text.Json.Nodes.JsonNode.DeepEquals(written["spec"], definition["spec"]),
                $"{definition["metadata"]!["name"]} is rendered differently"
            );
        }
    }

    [Fact]
    public async Task No_container_can_write_its_root_and_only_the_manager_is_privileged()
    {
        var rendered = await Helm.V4.TemplateAsync();

        Assert.Equal(
            "{\"allowPrivilegeEscalation\":false,\"capabilities\":{\"drop\":[\"ALL\"]},\"readOnlyRootFilesystem\":true}",
            Security(rendered.Controller, "containers")
        );
        Assert.Contains("\"runAsNonRoot\":true", Rendered.PodOf(rendered.Controller)["securityContext"]!.ToJsonString());
        Assert.Contains("RuntimeDefault", Rendered.PodOf(rendered.Controller)["securityContext"]!.ToJsonString());
        foreach (var kind in new[] { "containers", "initContainers" })
        {
            Assert.Equal("{\"privileged\":true,\"readOnlyRootFilesystem\":true,\"runAsUser\":0}", Security(rendered.Manager, kind));
        }
    }

    [Fact]
    public async Task The_documented_commands_find_what_they_name()
    {
        var rendered = await Helm.V4.TemplateAsync();

        Assert.Equal("eni-controller-system", rendered.Manager["metadata"]!["namespace"]!.GetValue<string>());
        Assert.Equal("eni-manager", Rendered.ContainerOf(rendered.Manager)["name"]!.GetValue<string>());
        Assert.Equal("[\"setup\"]", Rendered.PodOf(rendered.Manager)["initContainers"]![0]!["args"]!.ToJsonString());
        Assert.Equal("dpdk-setup", Rendered.PodOf(rendered.Manager)["initContainers"]![0]!["name"]!.GetValue<string>());
    }

    private static string Security(System.Text.Json.Nodes.JsonObject workload, string containers) =>
        Rendered.PodOf(workload)[containers]![0]!["securityContext"]!.ToJsonString();

    private static List<string> Sorted(Rendered rendered) =>
        [.. rendered.Documents.Select(document => document.ToJsonString()).Order(StringComparer.Ordinal)];
}
