using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Kubernetes.Validation;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>What the query of a write, and the body of a deletion, ask for.</summary>
internal sealed class RequestOptions(
    HttpRequest request,
    string subresource,
    Action<AdmissionAttempt>? admission,
    Action<AdmissionAttempt, FieldErrors>? claimRights
)
{
    private const int MostManagerCharacters = 128;

    /// <summary>The options of a create, update or patch.</summary>
    /// <exception cref="StatusException">422 or 501: they are wrong.</exception>
    public WriteOptions ForWrite(string kind)
    {
        var query = request.Query;
        var manager = query["fieldManager"].ToString();
        var validation = query["fieldValidation"].ToString();
        var errors = new FieldErrors();
        errors.Supported("fieldValidation", validation, "", "Ignore", "Strict", "Warn");
        if (errors.All.Count > 0)
        {
            throw StatusErrors.Invalid(kind + "Options", "meta.k8s.io", "", errors.All);
        }

        return new WriteOptions
        {
            Subresource = subresource,
            FieldManager = manager.Length switch
            {
                0 => Route.ClientOf(request),
                <= MostManagerCharacters => manager,
                _ => throw new NotSimulatedException("a field manager with a longer name than 128 characters"),
            },
            DryRun = IsDryRun([.. query["dryRun"].OfType<string>()]),
            Admission = admission,
            ClaimRights = claimRights,
            ChecksChanges = true,
            Force = query["force"].ToString() is "true" or "1",
            FieldValidation = validation switch
            {
                "Strict" => FieldValidation.Strict,
                "Ignore" => FieldValidation.Ignore,
                _ => FieldValidation.Warn,
            },
        };
    }

    /// <summary>The options of a deletion.</summary>
    /// <exception cref="StatusException">501: it asks for more than is known here.</exception>
    public async Task<RemovalOptions> ForRemovalAsync(CancellationToken cancellationToken)
    {
        var body = (await RequestBody.ReadAsync(request, cancellationToken)).Content as JsonObject;
        if (body.Text("kind") is not (null or "" or "DeleteOptions"))
        {
            throw new NotSimulatedException("a deletion whose body is no DeleteOptions");
        }

        var query = request.Query;
        var policy = body.Text("propagationPolicy") ?? query["propagationPolicy"].ToString();
        if (policy is not ("" or "Background") || body?["orphanDependents"] is not null || query.ContainsKey("orphanDependents"))
        {
            throw new NotSimulatedException($"a deletion that is not in the background, but {(policy.Length > 0 ? policy : "by orphanDependents")}");
        }

        var preconditions = body?["preconditions"] as JsonObject;
        return new RemovalOptions
        {
            GracePeriodSeconds = body.Integer("gracePeriodSeconds") ?? (long.TryParse(query["gracePeriodSeconds"], out var seconds) ? seconds : null),
            Uid = preconditions.Text("uid"),
            ResourceVersion = preconditions.Text("resourceVersion"),
            DryRun = IsDryRun(body?["dryRun"] is JsonArray ? body.Texts("dryRun") : [.. query["dryRun"].OfType<string>()]),
            Admission = admission,
        };
    }

    private static bool IsDryRun(IReadOnlyList<string> values) =>
        values.All(static value => value == "All") ? values.Count > 0 : throw new NotSimulatedException("another value of dryRun than All");
}
