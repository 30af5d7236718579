using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Scenarios.Staging;

/// <summary>
/// The roles and admission policies that users install, so that every story runs with these rights
/// and no more.
/// </summary>
internal static class InstalledAccess
{
    /// <summary>Name of the object whose creation shows that the policies hold.</summary>
    public const string Probe = "probe";

    // What the rights are about is there already, and the programs run in this process.
    private static readonly string[] Kinds =
    [
        "Namespace",
        "ServiceAccount",
        "Role",
        "ClusterRole",
        "RoleBinding",
        "ClusterRoleBinding",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    ];

    /// <summary>The documents of deploy/install.yaml.</summary>
    public static IReadOnlyList<JsonObject> Documents { get; } = Read("deploy", "install.yaml");

    /// <summary>Documents of a kind.</summary>
    public static IEnumerable<JsonObject> OfKind(string kind) => Documents.Where(document => document["kind"]!.GetValue<string>() == kind);

    /// <summary>
    /// Installs them and waits until they hold, which an API server does not say by its answer.
    /// </summary>
    public static async Task ApplyToAsync(ClusterApi api, CancellationToken cancellationToken)
    {
        foreach (var document in Kinds.SelectMany(OfKind))
        {
            await api.ApplyAsync(document, cancellationToken);
        }

        while (!await IsRefusedAsync(api, cancellationToken))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>What the chart adds with <c>startupTaint.enabled</c>.</summary>
    public static Task AllowStartupTaintAsync(ClusterApi api, CancellationToken cancellationToken) =>
        api.ChangeAsync(
            ApiPaths.Of("ClusterRole", "eni-controller"),
            role => Verbs(role["rules"]!.AsArray().Single(rule => rule!["resources"]![0]!.GetValue<string>() == "nodes")!, "patch"),
            cancellationToken
        );

    /// <summary>What the chart adds with <c>eniManager.listPods</c>.</summary>
    public static Task AllowPodListsAsync(ClusterApi api, CancellationToken cancellationToken) =>
        api.ChangeAsync(
            ApiPaths.Of("ClusterRole", "eni-manager"),
            role =>
                role["rules"]!
                    .AsArray()
                    .Add(
                        (JsonNode)
                            new JsonObject
                            {
                                ["apiGroups"] = new JsonArray(""),
                                ["resources"] = new JsonArray("pods"),
                                ["verbs"] = new JsonArray("list"),
                            }
                    ),
            cancellationToken
        );

    /// <summary>
    /// The rights with <c>eniManager.devicePublisher: dra</c>, and the class that the chart adds.
    /// </summary>
    public static async Task AllowDraAsync(ClusterApi api, CancellationToken cancellationToken)
    {
        var documents = Read("tests", "MultiEni.Scenarios", "Staging", "dra-access.yaml");
        foreach (
            var document in Kinds.Append("DeviceClass").SelectMany(kind => documents.Where(document => document["kind"]!.GetValue<string>() == kind))
        )
        {
            await api.ApplyAsync(document, cancellationToken);
        }
    }

    private static void Verbs(JsonNode rule, string verb)
    {
        var verbs = rule["verbs"]!.AsArray();
        if (!verbs.Any(known => known!.GetValue<string>() == verb))
        {
            verbs.Add((JsonNode)verb);
        }
    }

    // Nobody but the programs writes ENIAttachments; a dry run shows whether that holds already.
    private static async Task<bool> IsRefusedAsync(ClusterApi api, CancellationToken cancellationToken)
    {
        try
        {
            await api.CreateAsync($"/apis/{Names.ApiVersion}/{Names.EniAttachmentPlural}?dryRun=All", ProbeObject(), cancellationToken);
            return false;
        }
        catch (RefusedException refused) when (refused.Message.Contains("eni-machine-written", StringComparison.Ordinal))
        {
            return true;
        }
    }

    private static JsonObject ProbeObject() =>
        new()
        {
            ["apiVersion"] = Names.ApiVersion,
            ["kind"] = Names.EniAttachmentKind,
            ["metadata"] = new JsonObject { ["name"] = Probe },
            ["spec"] = new JsonObject
            {
                ["nodeENIRef"] = new JsonObject { ["name"] = "probe", ["uid"] = "probe" },
                ["nodeName"] = "probe",
                ["instanceID"] = "i-1",
                ["slot"] = "subnet-1",
                ["subnetID"] = "subnet-1",
                ["securityGroupIDs"] = new JsonArray("sg-1"),
                ["deviceIndex"] = 1,
                ["networkCardIndex"] = 0,
                ["device"] = new JsonObject { ["use"] = DeviceUses.Plain },
            },
        };

    private static IReadOnlyList<JsonObject> Read(params string[] path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        var below = Path.Combine(path);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, below)))
        {
            folder = folder.Parent;
        }

        return YamlDocuments.Parse(
            File.ReadAllText(Path.Combine(folder?.FullName ?? throw new FileNotFoundException($"{below} is in no folder above"), below))
        );
    }
}
