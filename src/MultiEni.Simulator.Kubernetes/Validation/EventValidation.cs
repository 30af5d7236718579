using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Validation;

/// <summary>
/// What holds for events, written as core events or as those of <c>events.k8s.io</c>.
/// </summary>
internal static class EventValidation
{
    private static readonly string[] Fixed = "involvedObject reason message eventTime related action reportingComponent reportingInstance".Split(' ');

    public static void Check(string apiGroup, JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var isNew = apiGroup == "events.k8s.io";
        CheckNamespace(obj, isNew || obj["eventTime"] is not null, errors);
        if (!isNew && obj["eventTime"] is null)
        {
            return;
        }

        if (obj["eventTime"] is null)
        {
            errors.Required("eventTime");
        }

        var component = isNew ? "reportingController" : "reportingComponent";
        var reporting = obj.Text("reportingComponent") ?? "";
        if (reporting.Length == 0)
        {
            errors.Required(component);
        }

        errors.Invalid(component, reporting, Names.QualifiedName(reporting));
        foreach (var field in (ReadOnlySpan<string>)["reportingInstance", "action", "reason"])
        {
            if (obj.Text(field) is not { Length: > 0 } text)
            {
                errors.Required(field);
            }
            else if (text.Length > 128)
            {
                errors.Invalid(field, "", "can have at most 128 characters");
            }
        }

        Refuse((obj.Text("message") ?? "").Length > 1024, "message", "can have at most 1024 characters");
        if (!isNew)
        {
            return;
        }

        Refuse(obj.Text("type") is not ("Normal" or "Warning"), "type", $"has invalid value: {obj.Text("type")}");
        if (obj["series"] is JsonObject series)
        {
            Refuse(series.Integer("count") is null or < 2, "series.count", "should be at least 2");
            if (series["lastObservedTime"] is null)
            {
                errors.Required("series.lastObservedTime");
            }
        }

        foreach (var field in Fixed.Where(field => old is not null && !JsonNode.DeepEquals(obj[field], old[field])))
        {
            errors.Invalid(field, obj[field], "field is immutable");
        }

        foreach (var field in (ReadOnlySpan<string>)["firstTimestamp", "lastTimestamp", "count", "source"])
        {
            Refuse(old is null && obj[field] is not (null or JsonObject { Count: 0 }), field, "needs to be unset");
        }

        void Refuse(bool isWrong, string field, string why)
        {
            if (isWrong)
            {
                errors.Invalid(field, "", why);
            }
        }
    }

    // About objects of the cluster there may be events in the default namespace only; of the new
    // kind also in kube-system.
    private static void CheckNamespace(JsonObject obj, bool isNew, FieldErrors errors)
    {
        var involved = obj.Text("involvedObject", "namespace") ?? "";
        var own = obj.Text("metadata", "namespace") ?? "";
        if (isNew ? involved.Length == 0 && own is not ("default" or "kube-system") : involved != own && !(involved.Length == 0 && own == "default"))
        {
            errors.Invalid("involvedObject.namespace", involved, "does not match event.namespace");
        }
    }
}
