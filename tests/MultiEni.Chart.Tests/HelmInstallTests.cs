using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Tests.Kubernetes;

namespace MultiEni.Chart.Tests;

/// <summary>
/// Real helms, 3 and 4, install the chart by the commands of docs/install.md and
/// docs/upgrade-from-the-go-controller.md.
/// </summary>
[Trait("speed", "slow")]
public sealed class HelmInstallTests : IAsyncLifetime
{
    private const string Namespace = "eni-controller-system";
    private const string Enforce = @"jsonpath={.metadata.labels.pod-security\.kubernetes\.io/enforce}";
    private const string Install = $"install multi-eni CHART --namespace {Namespace} --set-json {Helm.Images}";

    private KubernetesSimulator _server = null!;
    private Kubectl _kubectl = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await KubernetesSimulator.StartAsync(
            new KubernetesSimulatorOptions { InstallsProductResources = false },
            TestContext.Current.CancellationToken
        );
        _kubectl = new Kubectl(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _kubectl.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task The_documented_commands_install_upgrade_and_uninstall_in_a_namespace_that_admits_the_managers(int major)
    {
        var helm = Helm.Of(major);
        await _kubectl.RunAsync($"apply -f {Path.Combine(Repository.Root, "deploy", "namespace.yaml")}");
        Assert.DoesNotContain("kubectl label namespace", await helm.RunAsync(_kubectl, Install));

        Assert.Contains("deployed", await helm.RunAsync(_kubectl, $"list --namespace {Namespace}"));
        Assert.Equal("privileged", await _kubectl.RunAsync($"get namespace {Namespace} -o {Enforce}"));
        await _kubectl.RunAsync($"get -n {Namespace} deployment/eni-controller daemonset/eni-manager");

        await helm.RunAsync(_kubectl, $"upgrade multi-eni CHART --namespace {Namespace} --reset-then-reuse-values --set logLevel=debug");
        Assert.Contains("\"debug\"", await _kubectl.RunAsync($"get -n {Namespace} deployment/eni-controller -o json"));

        await helm.RunAsync(_kubectl, $"uninstall multi-eni --namespace {Namespace}");
        await _kubectl.FailAsync($"get -n {Namespace} deployment/eni-controller");
        await _kubectl.RunAsync("get crd nodeenis.networking.k8s.aws eniattachments.networking.k8s.aws");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_DRA_driver_that_claims_need_is_not_replaced(int major)
    {
        var helm = Helm.Of(major);
        const string Upgrade = $"upgrade multi-eni CHART --namespace {Namespace} --reset-then-reuse-values --set eniManager.devicePublisher=";
        await _kubectl.RunAsync($"apply -f {Path.Combine(Repository.Root, "deploy", "namespace.yaml")}");
        Assert.Contains("cannot end without the DRA driver", await helm.RunAsync(_kubectl, $"{Install} --set eniManager.devicePublisher=dra"));
        const string Claims = "resourceclaims.resource.k8s.io";
        _server.Store.Create(
            Claims,
            JsonNode.Parse("""{"metadata":{"name":"net","namespace":"default"},"spec":{"devices":{"requests":[]} } }""")!.AsObject()
        );
        var allocation = """
            {"status":{"allocation":{"devices":{"results":[{"request":"nic","driver":"eni.networking.k8s.aws","pool":"n1","device":"eni-1"}] } } } }
            """;
        _server.Store.MergePatch(Claims, "net", JsonNode.Parse(allocation)!.AsObject(), WriteOptions.Status, "default");

        var refusal = await helm.FailAsync(_kubectl, $"{Upgrade}embedded");
        Assert.Contains("changes from dra to embedded while claims have ENIs: default/net.", refusal, StringComparison.Ordinal);
        var removal = await helm.FailAsync(_kubectl, $"{Upgrade}dra --set eniManager.enabled=false");
        Assert.Contains("eniManager.enabled becomes false while claims have ENIs: default/net.", removal, StringComparison.Ordinal);
        await helm.RunAsync(_kubectl, $"{Upgrade}dra");
        _server.Store.Delete(Claims, "net", "default");
        await helm.RunAsync(_kubectl, $"{Upgrade}embedded");
        await helm.RunAsync(_kubectl, $"{Upgrade}sriov-config");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task The_chart_creates_the_namespace_of_a_release_that_is_elsewhere_and_refuses_its_own(int major)
    {
        var helm = Helm.Of(major);

        Assert.Contains("kubectl apply -f deploy/namespace.yaml", await helm.FailAsync(_kubectl, $"{Install} --set createNamespace=true"));
        await _kubectl.FailAsync("get crd nodeenis.networking.k8s.aws");

        await helm.RunAsync(_kubectl, $"install multi-eni CHART --namespace default --set createNamespace=true --set-json {Helm.Images}");
        Assert.Equal("privileged", await _kubectl.RunAsync($"get namespace {Namespace} -o {Enforce}"));
    }

    [Theory]
    [InlineData("baseline")]
    [InlineData("restricted")]
    public async Task A_namespace_that_would_refuse_the_managers_is_told_before_anything_is_installed(string level)
    {
        await _kubectl.RunAsync($"create namespace {Namespace}");
        await _kubectl.RunAsync($"label namespace {Namespace} pod-security.kubernetes.io/enforce={level}");

        Assert.Contains(
            $"kubectl label namespace {Namespace} pod-security.kubernetes.io/enforce=privileged --overwrite",
            await Helm.V4.FailAsync(_kubectl, Install)
        );
        await _kubectl.FailAsync("get crd nodeenis.networking.k8s.aws");
        await Helm.V4.RunAsync(_kubectl, $"{Install} --set eniManager.enabled=false");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task After_an_installation_in_a_namespace_without_a_level_the_notes_say_what_a_strict_cluster_needs(int major)
    {
        Assert.Contains(
            $"kubectl label namespace {Namespace} pod-security.kubernetes.io/enforce=privileged",
            await Helm.Of(major).RunAsync(_kubectl, $"{Install} --create-namespace")
        );
    }

    [Theory]
    [InlineData(3, "--take-ownership")]
    [InlineData(4, "--take-ownership --force-conflicts")]
    public async Task Definitions_that_kubectl_applied_become_the_releases(int major, string options)
    {
        // As the Go controller's manifests leave them: applied by kubectl from the client's side,
        // with a schema that lacks most fields.
        await _kubectl.RunAsync("apply -f -", OldDefinition);
        await _kubectl.RunAsync($"apply -f {Path.Combine(Repository.Root, "deploy", "namespace.yaml")}");

        if (major == 4)
        {
            Assert.Contains("conflict", await Helm.V4.FailAsync(_kubectl, $"{Install} --take-ownership"));
            await Helm.V4.RunAsync(_kubectl, $"uninstall multi-eni --namespace {Namespace}");
        }

        await Helm.Of(major).RunAsync(_kubectl, $"{Install} {options}");
        Assert.Contains("subnetPolicy", await _kubectl.RunAsync("get crd nodeenis.networking.k8s.aws -o json"));
    }

    [Theory]
    [InlineData(3, "--take-ownership")]
    [InlineData(4, "--take-ownership --force-conflicts")]
    public async Task An_old_release_of_the_same_name_is_forgotten_and_its_objects_become_the_new_releases(int major, string options)
    {
        var helm = Helm.Of(major);
        await _kubectl.RunAsync($"apply -f {Path.Combine(Repository.Root, "deploy", "namespace.yaml")}");
        await helm.RunAsync(_kubectl, Install);
        Assert.Contains("in use", await helm.FailAsync(_kubectl, $"{Install} {options}"));

        await _kubectl.RunAsync($"--namespace {Namespace} delete secret --selector owner=helm,name=multi-eni");
        await _kubectl.RunAsync($"get -n {Namespace} deployment/eni-controller daemonset/eni-manager");
        Assert.DoesNotContain("multi-eni", await helm.RunAsync(_kubectl, $"list --namespace {Namespace}"));

        await helm.RunAsync(_kubectl, $"{Install} {options}");
        Assert.Contains("deployed", await helm.RunAsync(_kubectl, $"list --namespace {Namespace}"));
    }

    private const string OldDefinition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: nodeenis.networking.k8s.aws
        spec:
          group: networking.k8s.aws
          names: {kind: NodeENI, listKind: NodeENIList, plural: nodeenis, singular: nodeeni, shortNames: [neni]}
          scope: Cluster
          versions:
          - name: v1alpha1
            served: true
            storage: true
            subresources: {status: {}}
            additionalPrinterColumns:
            - {name: Subnet, type: string, jsonPath: .spec.subnetID}
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  apiVersion: {type: string}
                  kind: {type: string}
                  metadata: {type: object}
                  spec:
                    type: object
                    required: [nodeSelector]
                    properties:
                      nodeSelector: {type: object, additionalProperties: {type: string}}
                      subnetID: {type: string}
                  status:
                    type: object
                    properties:
                      attachments: {type: array, items: {type: object, properties: {eniID: {type: string}}}}
        """;
}
