using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Validation;

/// <summary>What holds for events, written as core events or as those of <c>events.k8s.io</c>.</summary>
internal static class EventValidation
{
    private static readonly string[] Fixed =
    [
        "involvedObject",
        "reason",
        "message",
        "eventTime",
        "related",
        "action",
        "reportingComponent",
        "reportingInstance",
    ];

    public static void Check(string apiGroup, JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var isNew = apiGroup == "events.k8s.io";
        var component = isNew ? "reportingController" : "reportingComponent";
        CheckNamespace(obj, isNew || obj["eventTime"] is not null, errors);
        if (!isNew && obj["eventTime"] is null)
        {
            return;
        }

        if (obj["eventTime"] is null)
        {
            errors.Required("eventTime");
        }

        if (obj.Text("reportingComponent") is not { Length: > 0 })
        {
            errors.Required(component);
        }

        errors.Invalid(component, obj.Text("reportingComponent") ?? "", Names.QualifiedName(obj.Text("reportingComponent") ?? ""));
        CheckText("reportingInstance", 128);
        CheckText("action", 128);
        CheckText("reason", 128);
        if ((obj.Text("message") ?? "").Length > 1024)
        {
            errors.Invalid("message", "", "can have at most 1024 characters");
        }

        if (!isNew)
        {
            return;
        }

        if (obj.Text("type") is not ("Normal" or "Warning"))
        {
            errors.Invalid("type", "", $"has invalid value: {obj.Text("type")}");
        }

        if (obj["series"] is JsonObject series)
        {
            if (series.Integer("count") is null or < 2)
            {
                errors.Invalid("series.count", "", "should be at least 2");
            }

            if (series["lastObservedTime"] is null)
            {
                errors.Required("series.lastObservedTime");
            }
        }

        if (old is not null)
        {
            foreach (var field in Fixed.Where(field => !JsonNode.DeepEquals(obj[field], old[field])))
            {
                errors.Invalid(field, obj[field], "field is immutable");
            }

            return;
        }

        foreach (var field in (ReadOnlySpan<string>)["firstTimestamp", "lastTimestamp", "count"])
        {
            if (obj[field] is not null)
            {
                errors.Invalid(field, "", "needs to be unset");
            }
        }

        if (obj["source"] is JsonObject { Count: > 0 })
        {
            errors.Invalid("source", "", "needs to be unset");
        }

        void CheckText(string field, int most)
        {
            if (obj.Text(field) is not { Length: > 0 } text)
            {
                errors.Required(field);
            }
            else if (text.Length > most)
            {
                errors.Invalid(field, "", $"can have at most {most} characters");
            }
        }
    }

    // About objects of the cluster there may be events in the default namespace only; of the new kind also in kube-system.
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
