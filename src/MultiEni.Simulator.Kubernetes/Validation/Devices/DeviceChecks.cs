using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiEni.Simulator.Kubernetes.Devices;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Validation.Devices;

/// <summary>What the kinds of <c>resource.k8s.io</c> have in common.</summary>
/// <param name="kind">The kind that is looked at.</param>
/// <param name="errors">Takes what is wrong.</param>
internal sealed partial class DeviceChecks(string kind, FieldErrors errors)
{
    public const int MostSelectors = 32;
    public const int MostConfigurations = 32;
    private const int MostDriverBytes = 63;
    private const int MostPoolBytes = 253;
    private const int MostIdentifierBytes = 32;
    private const int MostRawBytes = 10 * 1024;
    private const int MostExpressionBytes = 10 * 1024;
    private const int MostBindingConditions = 4;
    private const int MostTolerations = 16;

    public FieldErrors Errors => errors;

    /// <summary>Throws unless something is right whose refusal is not known here.</summary>
    /// <exception cref="NotSimulatedException">It is wrong.</exception>
    public void Require(bool isRight, string what) => NotSimulatedException.ThrowUnless(isRight, $"a {kind} that is refused for {what}");

    /// <summary>Looks at each entry of a list, unless there are too many of them.</summary>
    /// <param name="owner">Has the list.</param>
    /// <param name="field">Its name.</param>
    /// <param name="path">The path of the owner.</param>
    /// <param name="most">How many entries it may have.</param>
    /// <param name="check">Gets an entry and its path.</param>
    /// <param name="key">What no two entries may have in common; null for nothing.</param>
    public void Each<T>(JsonObject? owner, string field, string path, int most, Action<T, string> check, Func<T, string>? key = null)
        where T : JsonNode
    {
        List<T> entries = [.. (owner?[field] as JsonArray ?? []).OfType<T>()];
        if (entries.Count > most)
        {
            errors.TooMany($"{path}.{field}", entries.Count, most);
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, entry) in entries.Index())
        {
            check(entry, $"{path}.{field}[{index}]");
            if (key is not null && !seen.Add(key(entry)))
            {
                errors.Duplicate($"{path}.{field}[{index}]", GoText.Quote(key(entry)));
            }
        }
    }

    public void Driver(string path, string name)
    {
        if (name.Length == 0)
        {
            errors.Required(path);
            return;
        }

        if (Encoding.UTF8.GetByteCount(name) > MostDriverBytes)
        {
            errors.TooLong(path, MostDriverBytes);
        }

        var wrong = Names.Subdomain(name.ToLowerInvariant()).ToList();
        errors.Invalid(path, name, wrong);
        Require(wrong.Count > 0 || !name.Any(char.IsUpper), $"the upper-case letters of the driver {name}, or warned of");
    }

    public void Pool(string path, string name)
    {
        if (name.Length == 0)
        {
            errors.Required(path);
            return;
        }

        if (Encoding.UTF8.GetByteCount(name) > MostPoolBytes)
        {
            errors.TooLong(path, MostPoolBytes);
        }

        foreach (var part in name.Split('/'))
        {
            errors.Invalid(path, part, Names.Subdomain(part));
        }
    }

    /// <summary>The name of a device, a request or a set of counters.</summary>
    public void Label(string path, string name)
    {
        Require(name.Length is > 0 and <= 63, $"{path}, which is empty or longer than 63 characters");
        errors.Invalid(path, name, Names.Label(name));
    }

    /// <summary>The name of an attribute or a capacity.</summary>
    public void QualifiedName(string path, string name)
    {
        var parts = name.Split('/');
        Require(parts.Length <= 2 && parts[0].Length > 0, $"the name {name}");
        if (parts.Length == 2)
        {
            Driver(path, parts[0]);
        }

        Require(parts[^1].Length > 0, $"the name {name}");
        if (Encoding.UTF8.GetByteCount(parts[^1]) > MostIdentifierBytes)
        {
            errors.TooLong(path, MostIdentifierBytes);
        }

        if (!Identifier().IsMatch(parts[^1]))
        {
            errors.Invalid(
                path,
                parts[^1],
                "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')"
            );
        }
    }

    public void Selectors(JsonObject owner, string path)
    {
        Each<JsonObject>(owner, "selectors", path, MostSelectors, Selector);

        void Selector(JsonObject selector, string at)
        {
            if (selector["cel"] is not JsonObject cel)
            {
                errors.Required($"{at}.cel");
                return;
            }

            at += ".cel.expression";
            var expression = cel.Text("expression") ?? "";
            if (Encoding.UTF8.GetByteCount(expression) > MostExpressionBytes)
            {
                errors.TooLong(at, MostExpressionBytes);
                return;
            }

            try
            {
                _ = DeviceSelector.Compile(expression);
            }
            catch (DeviceSelectorException refused) when (refused.IsTooCostly)
            {
                errors.Forbidden(at, refused.Message);
            }
            catch (DeviceSelectorException refused)
            {
                errors.Invalid(at, expression, refused.Message);
            }
        }
    }

    /// <summary>What a driver gets told, in a class, a claim or an allocation.</summary>
    public void Configuration(JsonObject configuration, string path)
    {
        path += ".opaque";
        if (configuration["opaque"] is not JsonObject opaque)
        {
            errors.Required(path);
            return;
        }

        Driver($"{path}.driver", opaque.Text("driver") ?? "");
        Raw($"{path}.parameters", opaque["parameters"]);
    }

    /// <summary>Any JSON object that is not too large.</summary>
    public void Raw(string path, JsonNode? value)
    {
        if (value is null)
        {
            errors.Required(path);
        }
        else if (StoredObject.ToUtf8(value).Length > MostRawBytes)
        {
            errors.TooLong(path, MostRawBytes);
        }
        else if (value is not JsonObject)
        {
            errors.Invalid(path, "<value omitted>", "must be a valid JSON object");
        }
    }

    public void Tolerations(JsonObject owner, string path)
    {
        Require(owner.Objects("tolerations").Count <= MostTolerations, $"more than {MostTolerations} tolerations");
        Each<JsonObject>(owner, "tolerations", path, MostTolerations, Toleration);

        void Toleration(JsonObject toleration, string at)
        {
            var value = toleration.Text("value") ?? "";
            Require(toleration.Text("key") is not { Length: > 0 } key || !Names.QualifiedName(key).Any(), $"{at}.key");
            Require(toleration.Text("operator") is "Exists" or "Equal", $"{at}.operator");
            Require(IsEffect(toleration.Text("effect") is { Length: > 0 } effect ? effect : "None"), $"{at}.effect");
            if (toleration.Text("operator") == "Equal")
            {
                errors.Invalid($"{at}.value", value, Names.LabelValue(value));
            }
            else if (value.Length > 0)
            {
                errors.Invalid($"{at}.value", value, "must be empty for operator `Exists`");
            }
        }
    }

    public void BindingConditions(JsonObject owner, string path)
    {
        var awaited = owner.Texts("bindingConditions");
        var failing = owner.Texts("bindingFailureConditions");
        Each<JsonValue>(owner, "bindingConditions", path, MostBindingConditions, Condition);
        Each<JsonValue>(owner, "bindingFailureConditions", path, MostBindingConditions, Condition);
        List<string> all = [.. awaited, .. failing];
        Require(all.Distinct(StringComparer.Ordinal).Count() == all.Count, $"a binding condition of {path} that is named twice");
        Missing("bindingConditions", "bindingFailureConditions", awaited.Count == 0 && failing.Count > 0);
        Missing("bindingFailureConditions", "bindingConditions", failing.Count == 0 && awaited.Count > 0);

        void Condition(JsonValue condition, string at) => Require(!Names.QualifiedName(condition.GetValue<string>()).Any(), at);

        void Missing(string wanted, string other, bool isMissing)
        {
            if (isMissing)
            {
                errors.Invalid($"{path}.{wanted}", null, $"{wanted} are required to use {other}");
            }
        }
    }

    /// <summary>Checks a selector of nodes.</summary>
    /// <exception cref="NotSimulatedException">It is refused.</exception>
    public void NodeSelector(JsonObject? selector, string path)
    {
        var terms = selector.Objects("nodeSelectorTerms");
        Require(
            selector is null
                || (
                    terms.Count > 0
                    && terms.TrueForAll(static term =>
                        term.Objects("matchExpressions").TrueForAll(IsLabelRequirement) && term.Objects("matchFields").TrueForAll(IsNameRequirement)
                    )
                ),
            path
        );
    }

    public static bool IsEffect(string? effect) => effect is "NoExecute" or "NoSchedule" or "None";

    private static bool IsLabelRequirement(JsonObject requirement)
    {
        var values = requirement.Texts("values");
        return !Names.QualifiedName(requirement.Text("key") ?? "").Any()
            && requirement.Text("operator") switch
            {
                "In" or "NotIn" => values.Count > 0 && values.All(static value => !Names.LabelValue(value).Any()),
                "Exists" or "DoesNotExist" => values.Count == 0,
                "Gt" or "Lt" => values.Count == 1,
                _ => false,
            };
    }

    private static bool IsNameRequirement(JsonObject requirement) =>
        requirement.Text("key") == "metadata.name"
        && requirement.Text("operator") is "In" or "NotIn"
        && requirement.Texts("values") is [var name]
        && !Names.Subdomain(name).Any();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.None, 1000)]
    private static partial Regex Identifier();
}
