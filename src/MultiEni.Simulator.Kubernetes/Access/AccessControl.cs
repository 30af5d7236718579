using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Kubernetes.Validation;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>
/// Who may do what: tokens, roles and admission policies. Unless it is enforced, everybody may do
/// everything.
/// </summary>
public sealed class AccessControl
{
    private readonly Authentication _authentication;
    private readonly RbacAuthorizer _authorizer;
    private readonly AdmissionPolicies _policies;
    private readonly bool _isEnforced;

    internal AccessControl(KubernetesSimulatorOptions options, ObjectStore store)
    {
        _isEnforced = options.EnforcesAccess;
        _authentication = new Authentication(options);
        _authorizer = new RbacAuthorizer(store);
        _policies = new AdmissionPolicies(store);
    }

    /// <summary>Rights used and refused while access is enforced.</summary>
    public AccessLog Log { get; } = new();

    /// <summary>A token such as a pod of a service account has.</summary>
    /// <param name="inNamespace">The namespace of the account.</param>
    /// <param name="name">The account; it need not exist.</param>
    /// <param name="node">The node of the pod; null for a token that belongs to none.</param>
    public string IssueToken(string inNamespace, string name, string? node) =>
        _authentication.Issue(UserInfo.ServiceAccount(inNamespace, name, node));

    /// <summary>A token of a person.</summary>
    public string IssueToken(UserInfo user) => _authentication.Issue(user);

    /// <summary>As whom a request is made.</summary>
    /// <exception cref="StatusException">
    /// 401: a token is not known. 403: the request is made in the name of somebody whom the asker
    /// may not impersonate.
    /// </exception>
    internal UserInfo Identify(HttpRequest request)
    {
        var asks = _authentication.Identify(request);
        var rights = new List<AccessRequest>();
        var user = Authentication.Impersonate(asks, request, rights);
        if (_isEnforced)
        {
            foreach (var right in rights)
            {
                Authorize(asks, right);
            }
        }

        return user;
    }

    /// <summary>Throws unless the roles allow a request.</summary>
    /// <exception cref="StatusException">403.</exception>
    internal void Authorize(UserInfo user, RequestInfo request)
    {
        if (_isEnforced)
        {
            Authorize(user, Describe(request));
        }
    }

    /// <summary>Whether somebody may do something, without any consequence.</summary>
    internal (IReadOnlyList<string> Roles, string Reason) Decide(UserInfo user, AccessRequest request) =>
        _isEnforced ? _authorizer.Decide(user, request) : ([UserInfo.Masters], "");

    /// <summary>The check of a write on its way into the store.</summary>
    internal Action<AdmissionAttempt>? Admission(UserInfo user, RequestInfo request) =>
        _isEnforced
            ? attempt =>
            {
                // An apply that makes a new object is a create as well.
                if (attempt.Operation == "CREATE" && request.Verb == "patch")
                {
                    Authorize(user, Describe(request) with { Verb = "create" });
                }

                // Nobody gives rights that he does not have, which is not checked here.
                if (attempt.Resource.Group == RbacAuthorizer.Api && attempt.Object is not null && !user.Groups.Contains(UserInfo.Masters))
                {
                    throw new NotSimulatedException("roles and bindings that are written by somebody who is not in system:masters");
                }

                try
                {
                    _policies.Check(user, attempt);
                }
                catch (StatusException refused)
                {
                    Log.Refuse(refused.Message);
                    throw;
                }
            }
            : null;

    /// <summary>What the writer of a claim's status has no right to.</summary>
    internal Action<AdmissionAttempt, FieldErrors>? ClaimRights(UserInfo user, RequestInfo request) =>
        _isEnforced ? (attempt, errors) => new ClaimRights(user, request.Verb, anyOf => Refusal(user, anyOf)).Check(attempt, errors) : null;

    private void Authorize(UserInfo user, AccessRequest request)
    {
        if (Refusal(user, request) is { } refusal)
        {
            throw refusal;
        }
    }

    // Why the first of these is not allowed; null when one of them is.
    private StatusException? Refusal(UserInfo user, params IReadOnlyList<AccessRequest> anyOf)
    {
        foreach (var request in anyOf)
        {
            if (_authorizer.Decide(user, request).Roles is { Count: > 0 } roles)
            {
                Log.Use(user, roles, request);
                return null;
            }
        }

        var wanted = anyOf[0];
        var reason = _authorizer.Decide(user, wanted).Reason;
        var why = wanted.Describe(user.Name) + (reason.Length > 0 ? ": " + reason : "");
        Log.Refuse(why);
        return wanted.Path.Length > 0
            ? new StatusException(403, "Forbidden", "forbidden: " + why, [])
            : StatusErrors.Forbidden(wanted.Group, wanted.Resource.Split('/')[0], wanted.Name, why);
    }

    private static AccessRequest Describe(RequestInfo request) =>
        request.Resource.Length == 0
            ? new AccessRequest(request.Verb.ToLowerInvariant(), "", "", "", "") { Path = request.Path }
            : new AccessRequest(
                request.Verb,
                request.Group,
                request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource}",
                request.Resource == "namespaces" ? request.Name : request.Namespace,
                request.Name.Length > 0 ? request.Name : NameInSelector(request)
            );

    // A list or watch of the one object that a field selector names counts as being about that
    // object.
    private static string NameInSelector(RequestInfo request)
    {
        const string prefix = "metadata.name=";
        if (request.Verb is not ("list" or "watch"))
        {
            return "";
        }

        var selector = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(request.Query).GetValueOrDefault("fieldSelector").ToString();
        return selector.Split(',').FirstOrDefault(static part => part.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..] ?? "";
    }
}
