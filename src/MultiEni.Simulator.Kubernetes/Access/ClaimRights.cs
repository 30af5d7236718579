using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Validation;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>
/// Who may write what in the status of a ResourceClaim: what binds it needs
/// <c>resourceclaims/binding</c>, what a driver says of its devices <c>resourceclaims/driver</c>.
/// </summary>
/// <param name="user">The writer.</param>
/// <param name="verb">Of the request.</param>
/// <param name="refusal">
/// Says why the writer has not the first of some rights; null when he has one of them.
/// </param>
internal sealed class ClaimRights(UserInfo user, string verb, Func<IReadOnlyList<AccessRequest>, StatusException?> refusal)
{
    private const string Group = "resource.k8s.io";

    /// <summary>Adds what the writer has no right to.</summary>
    public void Check(AdmissionAttempt attempt, FieldErrors errors)
    {
        if (attempt is not { Resource: { Group: Group, Plural: "resourceclaims" }, Subresource: "status", OldObject: { } old, Object: { } now })
        {
            return;
        }

        var (before, status) = (old["status"] as JsonObject ?? [], now["status"] as JsonObject ?? []);
        var isBinding =
            !JsonNode.DeepEquals(before["allocation"], status["allocation"]) || !JsonNode.DeepEquals(before["reservedFor"], status["reservedFor"]);
        if (isBinding && refusal([new AccessRequest(verb, Group, "resourceclaims/binding", "", "")]) is { } unbound)
        {
            errors.Forbidden(
                "status.allocation",
                $"changing status.allocation or status.reservedFor requires resource=\"resourceclaims/binding\", verb=\"{verb}\" permission: {unbound.Message}"
            );
        }

        string[] verbs =
            NodeOf(status["allocation"] as JsonObject) is { } node && IsAgentOn(node)
                ? [$"associated-node:{verb}", $"arbitrary-node:{verb}"]
                : [$"arbitrary-node:{verb}"];
        foreach (var driver in ChangedDrivers(before, status))
        {
            if (
                refusal([.. verbs.Select(wanted => new AccessRequest(wanted, Group, "resourceclaims/driver", attempt.Namespace, driver))]) is
                { } refused
            )
            {
                errors.Forbidden(
                    "status.devices",
                    $"changing status.devices requires resource=\"resourceclaims/driver\", verb=\"[{string.Join(' ', verbs)}]\" permission: {refused.Message}"
                );
            }
        }
    }

    private static IEnumerable<string> ChangedDrivers(JsonObject before, JsonObject now)
    {
        var (old, written) = (before.Objects("devices"), now.Objects("devices"));
        return old.Where(device => !Has(written, device))
            .Concat(written.Where(device => !Has(old, device)))
            .Select(static device => device.Text("driver") ?? "")
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);

        static bool Has(List<JsonObject> devices, JsonObject device) => devices.Exists(candidate => JsonNode.DeepEquals(candidate, device));
    }

    // The one node to which the claim is bound; null when there is none.
    private static string? NodeOf(JsonObject? allocation) =>
        (allocation?["nodeSelector"] as JsonObject).Objects("nodeSelectorTerms") is [var term]
        && term.Objects("matchExpressions").Count == 0
        && term.Objects("matchFields") is [var field]
        && field.Text("key") == "metadata.name"
        && field.Text("operator") == "In"
        && field.Texts("values") is [var node]
            ? node
            : null;

    private bool IsAgentOn(string node) =>
        user.Name.StartsWith("system:serviceaccount:", StringComparison.Ordinal)
        && user.Extra.GetValueOrDefault(UserInfo.NodeNameKey) is [var own]
        && own == node;
}
