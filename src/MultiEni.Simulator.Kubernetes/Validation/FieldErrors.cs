using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Validation;

/// <summary>Collects what is wrong with an object.</summary>
internal sealed class FieldErrors
{
    public List<FieldError> All { get; } = [];

    public void Required(string path, string why = "") =>
        All.Add(new FieldError(path, FieldErrorReasons.Required, why.Length == 0 ? "Required value" : $"Required value: {why}"));

    public void Invalid(string path, JsonNode? value, string why) =>
        All.Add(new FieldError(path, FieldErrorReasons.Invalid, $"Invalid value: {(value is null ? "null" : GoText.Value(value))}: {why}"));

    public void Invalid(string path, string text, IEnumerable<string> why)
    {
        foreach (var wrong in why)
        {
            Invalid(path, text, wrong);
        }
    }

    public void Forbidden(string path, string why) => All.Add(new FieldError(path, FieldErrorReasons.Forbidden, $"Forbidden: {why}"));

    public void TooLong(string path, int most) =>
        All.Add(new FieldError(path, FieldErrorReasons.TooLong, $"Too long: may not be more than {most} bytes"));

    public void TooMany(string path, int count, int most) =>
        All.Add(new FieldError(path, FieldErrorReasons.TooMany, $"Too many: {count}: must have at most {most} items"));

    public void NotFound(string path, string value, string why) =>
        All.Add(new FieldError(path, FieldErrorReasons.NotFound, $"Not found: {GoText.Quote(value)}: {why}"));

    /// <summary>A bad value that is a structure, as a server in Go shows it.</summary>
    public void InvalidStructure(string path, string value, string why) =>
        All.Add(new FieldError(path, FieldErrorReasons.Invalid, $"Invalid value: {value}: {why}"));

    public void Duplicate(string path, string value, string why = "") =>
        All.Add(new FieldError(path, FieldErrorReasons.Duplicate, $"Duplicate value: {value}{(why.Length == 0 ? "" : ": " + why)}"));

    public void Supported(string path, string? value, params string[] supported)
    {
        if (!supported.Contains(value, StringComparer.Ordinal))
        {
            var listed = string.Join(", ", supported.Select(GoText.Quote));
            All.Add(
                new FieldError(path, FieldErrorReasons.NotSupported, $"Unsupported value: {GoText.Quote(value ?? "")}: supported values: {listed}")
            );
        }
    }
}
