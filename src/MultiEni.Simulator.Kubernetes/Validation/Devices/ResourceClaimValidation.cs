using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Validation.Devices;

/// <summary>What holds for what ResourceClaims, and the templates of such, ask for.</summary>
internal sealed class ResourceClaimValidation(DeviceChecks checks)
{
    private const int MostRequests = 32;
    private const int MostAlternatives = 8;
    private const int MostConstraints = 32;
    private const string WrongReference = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

    private readonly FieldErrors _errors = checks.Errors;
    private readonly HashSet<string> _requests = new(StringComparer.Ordinal);

    public void CheckClaim(JsonObject obj, JsonObject? old)
    {
        var spec = obj["spec"] as JsonObject ?? [];
        CheckChange(spec, old, "ResourceClaimSpec");
        if (old is null)
        {
            CheckSpec(spec, "spec");
        }
        else
        {
            Gather(spec);
            if (!JsonNode.DeepEquals(obj["status"], old["status"]))
            {
                new ClaimStatusValidation(checks, this).Check(obj, old);
            }
        }
    }

    public void CheckTemplate(JsonObject obj, JsonObject? old)
    {
        var spec = obj["spec"] as JsonObject ?? [];
        CheckChange(spec, old, "ResourceClaimTemplateSpec");
        if (old is not null)
        {
            return;
        }

        foreach (var (field, _) in spec["metadata"] as JsonObject ?? [])
        {
            checks.Require(field is "name" or "labels" or "annotations", $"spec.metadata.{field}");
            if (field == "name")
            {
                _errors.Forbidden("spec.metadata.name", "cannot be set");
            }
        }

        checks.Require(
            (spec["metadata"]?["labels"] as JsonObject ?? []).All(static label =>
                !Names.QualifiedName(label.Key).Any() && !Names.LabelValue(label.Value?.ToString() ?? "").Any()
            ) && (spec["metadata"]?["annotations"] as JsonObject ?? []).All(static entry => !Names.QualifiedName(entry.Key.ToLowerInvariant()).Any()),
            "labels or annotations in spec.metadata"
        );
        CheckSpec(spec["spec"] as JsonObject ?? [], "spec.spec");
    }

    /// <summary>
    /// Checks the name of a request, or of an alternative in it, that the claim must have.
    /// </summary>
    public void Reference(string path, string name)
    {
        checks.Require(name.Split('/') is { Length: <= 2 } parts && parts.All(static part => !Names.Label(part).Any()), path);
        if (!_requests.Contains(name))
        {
            _errors.Invalid(path, name, WrongReference);
        }
    }

    /// <summary>Checks those that a list names.</summary>
    public void References(JsonObject owner, string path) =>
        checks.Each<JsonValue>(
            owner,
            "requests",
            path,
            MostRequests,
            (name, at) => Reference(at, name.GetValue<string>()),
            static name => name.GetValue<string>()
        );

    private void CheckChange(JsonObject spec, JsonObject? old, string type)
    {
        if (old is not null && !JsonNode.DeepEquals(spec, old["spec"]))
        {
            _errors.InvalidStructure("spec", GoStructure.Show(spec, type), "field is immutable");
        }
    }

    private void Gather(JsonObject spec)
    {
        foreach (var request in (spec["devices"] as JsonObject).Objects("requests"))
        {
            var name = request.Text("name") ?? "";
            _requests.Add(name);
            _requests.UnionWith(request.Objects("firstAvailable").Select(alternative => $"{name}/{alternative.Text("name")}"));
        }
    }

    private void CheckSpec(JsonObject spec, string path)
    {
        Gather(spec);
        var devices = spec["devices"] as JsonObject ?? [];
        path += ".devices";
        checks.Each<JsonObject>(devices, "requests", path, MostRequests, CheckRequest, static request => request.Text("name") ?? "");
        checks.Each<JsonObject>(devices, "constraints", path, MostConstraints, CheckConstraint);
        checks.Each<JsonObject>(devices, "config", path, DeviceChecks.MostConfigurations, CheckConfiguration);
    }

    private void CheckRequest(JsonObject request, string path)
    {
        checks.Label($"{path}.name", request.Text("name") ?? "");
        switch (request["exactly"] as JsonObject, request.Objects("firstAvailable").Count)
        {
            case (null, 0):
                _errors.Required(path, "exactly one of `exactly` or `firstAvailable` is required");
                break;
            case ({ } exactly, 0):
                CheckDevices(exactly, $"{path}.exactly");
                break;
            case (null, _):
                checks.Each<JsonObject>(
                    request,
                    "firstAvailable",
                    path,
                    MostAlternatives,
                    CheckAlternative,
                    static alternative => alternative.Text("name") ?? ""
                );
                break;
            default:
                _errors.Invalid(path, null, "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set");
                break;
        }
    }

    private void CheckAlternative(JsonObject alternative, string path)
    {
        checks.Label($"{path}.name", alternative.Text("name") ?? "");
        CheckDevices(alternative, path);
    }

    private void CheckDevices(JsonObject asked, string path)
    {
        var className = asked.Text("deviceClassName") ?? "";
        if (className.Length == 0)
        {
            _errors.Required($"{path}.deviceClassName");
        }
        else
        {
            _errors.Invalid($"{path}.deviceClassName", className, Names.Subdomain(className));
        }

        checks.Selectors(asked, path);
        var count = asked.Integer("count") ?? 0;
        switch (asked.Text("allocationMode"))
        {
            case "All" when count != 0:
                _errors.Invalid($"{path}.count", count, "must not be specified when allocationMode is 'All'");
                break;
            case "ExactCount" when count <= 0:
                _errors.Invalid($"{path}.count", count, "must be greater than zero");
                break;
            case var mode:
                _errors.Supported($"{path}.allocationMode", mode, "All", "ExactCount");
                break;
        }

        checks.Tolerations(asked, path);
        foreach (var (name, _) in asked["capacity"]?["requests"] as JsonObject ?? [])
        {
            checks.Require(name.Split('/') is { Length: <= 2 }, $"{path}.capacity.requests");
        }
    }

    private void CheckConstraint(JsonObject constraint, string path)
    {
        References(constraint, path);
        var (match, distinct) = (constraint.Text("matchAttribute"), constraint.Text("distinctAttribute"));
        checks.Require(match is null || distinct is null, $"{path}, which has both matchAttribute and distinctAttribute");
        if ((match ?? distinct) is not { } attribute)
        {
            _errors.Required(path, "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set");
            return;
        }

        path = $"{path}.{(match is null ? "distinctAttribute" : "matchAttribute")}";
        checks.QualifiedName(path, attribute);
        if (!attribute.Contains('/', StringComparison.Ordinal))
        {
            _errors.Invalid(path, attribute, "a fully qualified name must be a domain and a name separated by a slash");
        }
    }

    private void CheckConfiguration(JsonObject configuration, string path)
    {
        References(configuration, path);
        checks.Configuration(configuration, path);
    }
}
