using System.Collections.Immutable;

namespace MultiEni.Simulator.Kubernetes.Resources;

/// <summary>
/// The resources served at this moment; custom ones come and go with their definitions. Safe for
/// concurrent use.
/// </summary>
internal sealed class ResourceRegistry
{
    private ImmutableSortedDictionary<string, ResourceDefinition> _byGroupResource;

    public ResourceRegistry(IEnumerable<ResourceDefinition> builtIn)
    {
        _byGroupResource = builtIn.ToImmutableSortedDictionary(
            static resource => resource.GroupResource,
            static resource => resource,
            StringComparer.Ordinal
        );
    }

    public IEnumerable<ResourceDefinition> All => Volatile.Read(ref _byGroupResource).Values;

    public ResourceDefinition? Find(string groupResource) => Volatile.Read(ref _byGroupResource).GetValueOrDefault(groupResource);

    public ResourceDefinition? Find(string group, string version, string plural) =>
        Find(group.Length == 0 ? plural : $"{plural}.{group}") is { } found && found.Version == version ? found : null;

    public void Add(ResourceDefinition resource) =>
        ImmutableInterlocked.Update(ref _byGroupResource, map => map.SetItem(resource.GroupResource, resource));

    public void Remove(string groupResource) => ImmutableInterlocked.Update(ref _byGroupResource, map => map.Remove(groupResource));
}
